"""The chart of a release: it names the image, the pages and the runbooks of its own version."""

import shutil
import tarfile
from pathlib import Path

import pytest
import yaml

from release.errors import NotReleasableError
from release.publication import UNPUBLISHED, Publication
from release.steps.chart import CHART, check_chart, pack_chart
from release.version import read_version
from tests.support.chart_readme import write_readme
from tests.support.helm import ROOT, Helm, HelmError

VERSION = read_version(ROOT)
IMAGE = "registry.example.com/contoso/operator"
REPOSITORY = "https://github.com/contoso/operator"
RELEASED = Publication(IMAGE, REPOSITORY)


def pack(helm: Helm, root: Path, into: Path, publication: Publication) -> Path:
    return pack_chart(helm.program, root, into, publication, VERSION)


@pytest.fixture(scope="module")
def released(helm3: Helm, checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart of a release."""
    return pack(helm3, checkout, tmp_path_factory.mktemp("released"), RELEASED)


@pytest.fixture(scope="module")
def files(released: Path) -> Path:
    """The folder of its files."""
    with tarfile.open(released) as archive:
        archive.extractall(released.parent, filter="data")
    return released.parent / CHART.name


@pytest.fixture
def spoilt(checkout: Path, tmp_path: Path) -> Path:
    """A checkout with nothing but the chart, for a test to spoil."""
    shutil.copytree(checkout / CHART, tmp_path / "spoilt" / CHART)
    return tmp_path / "spoilt"


def alter(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


class TestOfARelease:
    def test_renders_with_its_own_image_without_being_told_of_it(self, helm: Helm, released: Path) -> None:
        assert f'image: "{IMAGE}:{VERSION}"' in helm("template", "entra", released)
        check_chart(released, helm.program, VERSION, ROOT, RELEASED)

    def test_renders_a_trial_with_the_simulator_of_its_own_version(self, helm: Helm, released: Path) -> None:
        rendered = helm("template", "entra", released, "--set=simulator.enabled=true")
        assert f'image: "{IMAGE}-simulator:{VERSION}"' in rendered

    def test_leads_from_its_alerts_to_the_runbooks_of_its_version(self, helm3: Helm, released: Path) -> None:
        rendered = helm3("template", "entra", released, "--set=metrics.prometheusRule.enabled=true")
        assert f"{REPOSITORY}/blob/v{VERSION}/docs/runbooks.md#" in rendered

    def test_names_the_repository(self, files: Path) -> None:
        about = yaml.safe_load((files / "Chart.yaml").read_text(encoding="utf-8"))
        assert (about["home"], about["sources"]) == (REPOSITORY, [REPOSITORY])

    def test_has_a_readme_with_its_own_values_and_address(self, files: Path) -> None:
        readme = (files / "README.md").read_text(encoding="utf-8")
        values = (files / "values.yaml").read_text(encoding="utf-8")
        assert readme == write_readme(readme, values)
        address = f"oci://registry.example.com/contoso/charts/entra-sync-operator --version {VERSION}"
        for command in ("install", "upgrade"):
            assert f"\nhelm {command} entra-sync-operator {address} --namespace entra-sync-operator" in readme
        assert "$IMAGE" not in readme

    def test_gives_the_same_defaults_to_its_templates(self, files: Path) -> None:
        assert (files / "values.yaml").read_bytes() == (files / "files" / "defaults.yaml").read_bytes()

    def test_says_nowhere_that_nothing_is_published(self, files: Path) -> None:
        said = [path for path in files.rglob("*") if path.is_file() and b"is published yet" in path.read_bytes()]
        assert said == []

    def test_without_a_place_for_its_image_is_refused(self, helm3: Helm, spoilt: Path, tmp_path: Path) -> None:
        alter(spoilt / CHART / "values.yaml", '  repository: ""', "  repository: ''")
        with pytest.raises(NotReleasableError, match=r"values\.yaml of the chart has 0 places .* Mend release/steps/"):
            pack(helm3, spoilt, tmp_path, RELEASED)

    def test_that_does_not_name_the_image_is_refused(self, helm3: Helm, checkout: Path, tmp_path: Path) -> None:
        package = pack(helm3, checkout, tmp_path, UNPUBLISHED)
        with pytest.raises(NotReleasableError, match=r"(?s)could not render .*image\.repository is empty"):
            check_chart(package, helm3.program, VERSION, ROOT, RELEASED)

    def test_that_names_another_image_is_refused(self, helm3: Helm, released: Path) -> None:
        with pytest.raises(NotReleasableError, match=rf"should run other\.example/operator:{VERSION}, and differs in"):
            check_chart(released, helm3.program, VERSION, ROOT, Publication("other.example/operator"))

    def test_with_another_simulator_is_refused(self, helm3: Helm, spoilt: Path, tmp_path: Path) -> None:
        alter(spoilt / CHART / "values.yaml", '    repository: ""', '    repository: "other.example/simulator"')
        package = pack(helm3, spoilt, tmp_path, RELEASED)
        with pytest.raises(NotReleasableError, match=rf"differs in other\.example/simulator:{VERSION}"):
            check_chart(package, helm3.program, VERSION, ROOT, RELEASED)

    def test_that_leads_to_the_runbooks_of_another_repository_is_refused(self, helm3: Helm, released: Path) -> None:
        with pytest.raises(NotReleasableError, match=r"does not begin with https://github\.com/other/blob/v"):
            check_chart(released, helm3.program, VERSION, ROOT, Publication(IMAGE, "https://github.com/other"))


class TestThatIsOnlyTried:
    def test_has_the_files_of_the_checkout_and_must_be_told_of_an_image(
        self, helm: Helm, checkout: Path, tmp_path: Path
    ) -> None:
        package = pack(helm, checkout, tmp_path, UNPUBLISHED)
        assert package.name == f"entra-sync-operator-{VERSION}.tgz"
        check_chart(package, helm.program, VERSION, ROOT, UNPUBLISHED)
        with pytest.raises(HelmError, match=r"image\.repository is empty"):
            helm("template", "entra", package)

    def test_of_another_version_is_refused(self, helm3: Helm, checkout: Path, tmp_path: Path) -> None:
        package = pack(helm3, checkout, tmp_path, UNPUBLISHED)
        with pytest.raises(NotReleasableError, match=r"says 9\.9\.9. Run: make version VERSION=9\.9\.9"):
            check_chart(package, helm3.program, "9.9.9", ROOT, UNPUBLISHED)

    def test_with_other_crds_is_refused(self, helm3: Helm, checkout: Path, tmp_path: Path) -> None:
        package = pack(helm3, checkout, tmp_path, UNPUBLISHED)
        shutil.copytree(ROOT / "crds", tmp_path / "crds")
        crd = min((tmp_path / "crds").iterdir())
        crd.write_text("another", encoding="utf-8")
        with pytest.raises(NotReleasableError, match=rf"has not the {crd.name} of crds/\. Run: make crds"):
            check_chart(package, helm3.program, VERSION, tmp_path, UNPUBLISHED)

    def test_with_the_tag_of_another_image_is_refused(self, helm3: Helm, spoilt: Path, tmp_path: Path) -> None:
        alter(spoilt / CHART / "values.yaml", '  tag: ""', '  tag: "9.9.9"')
        package = pack(helm3, spoilt, tmp_path, UNPUBLISHED)
        with pytest.raises(NotReleasableError, match=r"differs in .*:9\.9\.9.* Leave image\.repository, image\.tag"):
            check_chart(package, helm3.program, VERSION, ROOT, UNPUBLISHED)
