"""Which files `-f` means, and what is read of them."""

import io
import sys
from pathlib import Path

import pytest

from kubectl_entrasync.failure import Failure
from kubectl_entrasync.manifests.sources import read_sources

ONE = "kind: A\napiVersion: v1\n"


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)


class TestAFolder:
    def test_is_read_by_its_yaml_and_json_files_in_order(self, tmp_path: Path) -> None:
        write(tmp_path, b_yaml=ONE, a_json='{"kind": "A"}', c_txt="nothing", d_yml=f"{ONE}---\n{ONE}")
        found = [(Path(each.file).name, each.number) for each in read_sources([str(tmp_path)], recursive=False)]
        assert found == [("a.json", 1), ("b.yaml", 1), ("d.yml", 1), ("d.yml", 2)]

    def test_is_read_with_the_folders_in_it_if_that_is_asked_for(self, tmp_path: Path) -> None:
        write(tmp_path / "deeper", b_yaml=ONE)
        assert len(read_sources([str(tmp_path)], recursive=True)) == 1
        with pytest.raises(Failure, match="or read the folders in it too with --recursive"):
            read_sources([str(tmp_path)], recursive=False)


class TestAName:
    def test_of_nothing_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Failure, match="There is no file or folder"):
            read_sources([str(tmp_path / "missing")], recursive=False)

    def test_that_is_a_dash_means_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ONE.encode())))
        [document] = read_sources(["-"], recursive=False)
        assert (document.file, document.content["kind"]) == ("standard input", "A")


class TestAList:
    def test_is_read_as_its_items_with_their_lines(self, tmp_path: Path) -> None:
        write(tmp_path, a_yaml="kind: List\napiVersion: v1\nitems:\n- kind: A\n- kind: B\n  spec:\n    x: 1\n")
        first, second = read_sources([str(tmp_path)], recursive=False)
        assert (first.line, second.line, second.find_line(("spec", "x"))) == (4, 5, 7)


class TestAFileThatIsNoYaml:
    def test_is_named_after_the_documents_before_the_fault(self, tmp_path: Path) -> None:
        write(tmp_path, a_yaml=f"{ONE}---\na: [\n")
        good, bad = read_sources([str(tmp_path)], recursive=False)
        assert good.fault is None
        assert bad.fault is not None
        assert (bad.number, bad.line) == (2, 5)
