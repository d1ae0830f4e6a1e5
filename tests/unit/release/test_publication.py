"""Where a release is published, and the pages that say that nothing is."""

from pathlib import Path

import pytest

from release.publication import Publication, find_publication_faults

KNOWN = Publication("registry.example.com/contoso/operator", "https://github.com/contoso/operator")


class TestPublication:
    def test_has_the_chart_beside_the_image(self) -> None:
        assert KNOWN.chart == "oci://registry.example.com/contoso/charts/entra-sync-operator"


class TestFindPublicationFaults:
    def test_finds_none_where_all_is_known(self, tmp_path: Path) -> None:
        assert find_publication_faults(KNOWN, tmp_path, is_tagged=True) == []

    @pytest.mark.parametrize(
        "image",
        [
            "registry.example.com:5000/operator",
            "example.com/a/b__c/d-e.f",
            "localhost/operator",
            "localhost:5000/operator",
            "registry:5000/operator",
        ],
    )
    def test_takes_a_registry_with_a_path(self, tmp_path: Path, image: str) -> None:
        assert find_publication_faults(Publication(image), tmp_path, is_tagged=False) == []

    @pytest.mark.parametrize(
        "image",
        [
            "/contoso/operator",
            "operator",
            "contoso/operator",
            "../operator",
            "example..com/operator",
            "https://example.com/operator",
            "example.com/Contoso/operator",
            "example.com/operator:1.2.3",
        ],
    )
    def test_finds_an_image_that_a_chart_could_not_name(self, tmp_path: Path, image: str) -> None:
        [fault] = find_publication_faults(Publication(image), tmp_path, is_tagged=False)
        assert fault.startswith(f"IMAGE_REPOSITORY is '{image}'. It must be a registry and a path in small letters")

    @pytest.mark.parametrize(
        "repository",
        [
            "contoso/operator",
            "github.com/contoso/operator",
            "http://github.com/contoso/operator",
            "https://github.com",
            "https://github.com/contoso/operator/",
        ],
    )
    def test_finds_a_repository_that_no_link_could_lead_to(self, tmp_path: Path, repository: str) -> None:
        [fault] = find_publication_faults(Publication(KNOWN.image, repository), tmp_path, is_tagged=False)
        assert fault.startswith(f"REPOSITORY is '{repository}'. It must be the whole address of the project's repo")

    def test_needs_no_address_where_a_release_is_only_tried(self, tmp_path: Path) -> None:
        assert find_publication_faults(Publication(), tmp_path, is_tagged=False) == []

    def test_finds_a_tag_without_addresses(self, tmp_path: Path) -> None:
        [fault] = find_publication_faults(Publication(), tmp_path, is_tagged=True)
        assert fault.startswith("TAG is given without IMAGE_REPOSITORY and REPOSITORY")

    @pytest.mark.parametrize("page", ["README.md", "docs/kubectl/README.md", "charts/some/values.yaml"])
    def test_finds_a_page_that_says_that_nothing_is_published(self, tmp_path: Path, page: str) -> None:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text("# Install\n\nNo image is published yet.\n", encoding="utf-8")
        assert find_publication_faults(KNOWN, tmp_path, is_tagged=False) == []
        assert find_publication_faults(KNOWN, tmp_path, is_tagged=True) == [
            f"{page}, line 3, says that no image is published, and this release is. Say where it is."
        ]
