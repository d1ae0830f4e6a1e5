"""What is installed into an environment that has nothing else, and run there.

No network is needed: small wheels stand for the locked packages, and what runs has those of the tests.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

import pytest

from release.errors import NotReleasableError
from release.steps.clean_install import (
    check_program,
    check_simulator,
    install_lock,
    install_wheel,
    make_environment,
)
from release.steps.commands import run_tool
from release.version import read_version
from tests.support.helm import ROOT

VERSION = read_version(ROOT)
WHEEL = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of wheels in which pip looks for packages, and nowhere else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


@pytest.fixture
def python(tmp_path: Path) -> Path:
    return make_environment(tmp_path / "environment")


def make_wheel(folder: Path, name: str, *, needs: str = "") -> Path:
    """Make a wheel of one module that has the name of its package."""
    about, wheel = f"{name}-1.0.dist-info", folder / f"{name}-1.0-py3-none-any.whl"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" + (f"Requires-Dist: {needs}\n" if needs else "")
    files = {f"{name}.py": "", f"{about}/METADATA": metadata, f"{about}/WHEEL": WHEEL}
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{about}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{about}/RECORD"]))
    return wheel


def write_lock(folder: Path, *wheels: Path) -> Path:
    """Lock wheels by their hashes."""
    lock = folder / "some.lock"
    pins = [
        f"{each.name.split('-')[0]}==1.0 --hash=sha256:{hashlib.sha256(each.read_bytes()).hexdigest()}\n"
        for each in wheels
    ]
    lock.write_text("".join(pins), encoding="utf-8")
    return lock


class TestACleanEnvironment:
    def test_has_nothing_but_what_is_locked_and_the_wheel(self, python: Path, index: Path) -> None:
        install_lock(python, write_lock(index, make_wheel(index, "needed")))
        install_wheel(python, make_wheel(index, "product", needs="needed"))
        listing = "import importlib.metadata as m; print(sorted(each.name for each in m.distributions()))"
        run = run_tool([python, "-c", listing], to="list what is installed", advice="")
        assert run == "['needed', 'product']\n"

    def test_takes_no_wheel_with_another_hash(self, python: Path, index: Path) -> None:
        lock = write_lock(index, make_wheel(index, "needed"))
        make_wheel(index, "needed", needs="other")
        with pytest.raises(NotReleasableError, match=r"(?s)could not install some\.lock by its hashes.*DO NOT MATCH"):
            install_lock(python, lock)

    def test_refuses_a_wheel_that_needs_what_is_not_locked(self, python: Path, index: Path) -> None:
        with pytest.raises(NotReleasableError, match=r"(?s)could not find every dependency of product-1\.0.*needed"):
            install_wheel(python, make_wheel(index, "product", needs="needed"))

    def test_is_made_anew_each_time(self, python: Path, index: Path) -> None:
        install_lock(python, write_lock(index, make_wheel(index, "needed")))
        again = make_environment(python.parents[1])
        with pytest.raises(NotReleasableError, match="No module named 'needed'"):
            run_tool([again, "-c", "import needed"], to="import it", advice="")


class TestTheOperator:
    def test_is_of_this_version(self) -> None:
        check_program(Path(sys.executable), VERSION, ROOT)

    def test_of_another_version_is_refused(self) -> None:
        with pytest.raises(NotReleasableError, match=rf"says 'entra-sync-operator {VERSION}', and pyproject"):
            check_program(Path(sys.executable), "9.9.9", ROOT)

    def test_that_writes_other_crds_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "crds").mkdir()
        with pytest.raises(NotReleasableError, match=r"could not write the CRDs of crds/ .* Run: make crds"):
            check_program(Path(sys.executable), VERSION, tmp_path)


class TestTheSimulator:
    def test_runs_with_its_dependencies(self) -> None:
        check_simulator(Path(sys.executable), ROOT)

    def test_that_lacks_a_dependency_is_refused(self, python: Path) -> None:
        with pytest.raises(NotReleasableError, match=r"(?s)A dependency may be missing .*No module named"):
            check_simulator(python, ROOT)
