"""The version's place, and what repeats it."""

from pathlib import Path

import pytest

from release.errors import NotReleasableError
from release.version import find_changelog_faults, find_tag_faults, find_version_faults, read_version, write_version

CHART = "charts/some/Chart.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in which every place states 1.2.3."""
    files = {
        "pyproject.toml": '[project]\nname = "some"\nversion = "1.2.3"\n',
        CHART: "apiVersion: v2\nversion: 1.2.3\nappVersion: 1.2.3\n",
        "README.md": 'docker build --tag "$IMAGE:1.2.3" .\nNeeds Helm 3.22.0.\n',
        "Dockerfile": 'LABEL org.opencontainers.image.version="1.2.3"\n',
        "docs/install.md": "Unpack entra-sync-operator-1.2.3.tgz.\n",
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n## 1.0.0 (2026-01-01)\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def alter(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


class TestFindVersionFaults:
    def test_finds_none_where_all_places_agree(self, project: Path) -> None:
        assert find_version_faults(project) == []

    @pytest.mark.parametrize(
        ("name", "before", "line"),
        [
            (CHART, "version: 1.2.3", 2),
            (CHART, "appVersion: 1.2.3", 3),
            ("README.md", "$IMAGE:1.2.3", 1),
            ("Dockerfile", 'version="1.2.3"', 1),
            ("docs/install.md", "operator-1.2.3", 1),
        ],
    )
    def test_names_the_place_that_states_another(self, project: Path, name: str, before: str, line: int) -> None:
        alter(project / name, before, before.replace("1.2.3", "1.2.2"))
        assert find_version_faults(project) == [
            f"{name}, line {line}, says version 1.2.2, and pyproject.toml says 1.2.3. Run: make version VERSION=1.2.3"
        ]

    def test_leaves_the_versions_of_other_programs_alone(self, project: Path) -> None:
        alter(project / "README.md", "Helm 3.22.0", "Helm 4.3.1")
        assert find_version_faults(project) == []


class TestReadVersion:
    @pytest.mark.parametrize("version", ["1.2", "v1.2.3", "1.2.3.dev1", ""])
    def test_refuses_what_helm_would_refuse(self, project: Path, version: str) -> None:
        alter(project / "pyproject.toml", "1.2.3", version)
        with pytest.raises(NotReleasableError, match=r"is not of the form 1\.2\.3"):
            read_version(project)

    def test_takes_a_candidate(self, project: Path) -> None:
        alter(project / "pyproject.toml", "1.2.3", "2.0.0-rc.1")
        assert read_version(project) == "2.0.0-rc.1"


class TestWriteVersion:
    def test_writes_every_place(self, project: Path) -> None:
        changed = write_version(project, "1.3.0")
        assert changed == ["Dockerfile", "README.md", CHART, "docs/install.md", "pyproject.toml"]
        assert read_version(project) == "1.3.0"
        assert find_version_faults(project) == []

    def test_changes_nothing_for_a_version_that_is_none(self, project: Path) -> None:
        with pytest.raises(NotReleasableError, match="Nothing was changed"):
            write_version(project, "next")
        assert read_version(project) == "1.2.3"


class TestChangelog:
    @pytest.mark.parametrize("heading", ["## Unreleased", "## 1.2.3 (2026-11-30)"])
    def test_may_begin_with_what_comes_or_with_the_version(self, heading: str) -> None:
        assert find_changelog_faults(f"# Changelog\n\n{heading}\n", "1.2.3") == []

    @pytest.mark.parametrize("text", ["# Changelog\n", "# Changelog\n\n## 1.2.2 (2026-11-30)\n"])
    def test_may_not_begin_with_another_version(self, text: str) -> None:
        [fault] = find_changelog_faults(text, "1.2.3")
        assert "Write '## Unreleased'" in fault


class TestFindTagFaults:
    RELEASED = "# Changelog\n\n## 1.2.3 (2026-11-30)\n"

    def test_finds_none_where_the_tag_names_the_version_that_the_changelog_has(self) -> None:
        assert find_tag_faults("v1.2.3", self.RELEASED, "1.2.3") == []

    def test_finds_a_tag_of_another_version(self) -> None:
        [fault] = find_tag_faults("v1.2.4", self.RELEASED, "1.2.3")
        assert fault == ("The tag is v1.2.4, and pyproject.toml says 1.2.3. Tag v1.2.3, or change the version first.")

    def test_finds_a_changelog_that_still_says_unreleased(self) -> None:
        [fault] = find_tag_faults("v1.2.3", "# Changelog\n\n## Unreleased\n", "1.2.3")
        assert "has no heading '## 1.2.3 (YYYY-MM-DD)'" in fault
