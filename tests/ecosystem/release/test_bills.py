"""The bills of materials of the operator's image and of the simulator's."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from release.errors import NotReleasableError
from release.steps.bill_of_materials import OPERATOR, SIMULATOR, Described, check_bill, write_bill
from release.version import read_version
from tests.support.helm import ROOT

VERSION = read_version(ROOT)


def lock_of(described: Described) -> str:
    return (ROOT / described.lock).read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=[OPERATOR, SIMULATOR], ids=lambda each: each.name)
def described(request: pytest.FixtureRequest) -> Described:
    found: Described = request.param
    return found


@pytest.fixture(scope="module")
def bill(described: Described, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is said of an image, with the packages that the environment of the tests has."""
    into = tmp_path_factory.mktemp("bill")
    return write_bill(described, Path(sys.executable), root=ROOT, into=into, is_validated=False)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def keep(bill: Path, lock: str, folder: Path) -> Path:
    """Leave out of a bill what a lock does not have."""
    content = json.loads(bill.read_text(encoding="utf-8"))
    names = {normal(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    content["components"] = [each for each in content["components"] if normal(each["name"]) in names]
    kept = folder / bill.name
    kept.write_text(json.dumps(content), encoding="utf-8")
    return kept


class TestBill:
    def test_names_each_package_as_the_lock_has_it(self, described: Described, bill: Path, tmp_path: Path) -> None:
        lock = lock_of(described)
        check_bill(keep(bill, lock, tmp_path), described, lock=lock, version=VERSION)

    def test_says_what_the_image_is_and_needs(self, described: Described, bill: Path) -> None:
        content = json.loads(bill.read_text(encoding="utf-8"))
        about = content["metadata"]["component"]
        assert (about["name"], about["version"]) == (described.name, VERSION)
        [needs] = [each["dependsOn"] for each in content["dependencies"] if each["ref"] == about["bom-ref"]]
        assert any(each.startswith("pydantic==") for each in needs)

    def test_is_refused_with_a_package_that_is_not_locked(self, described: Described, bill: Path) -> None:
        with pytest.raises(NotReleasableError, match=rf"names .*pytest \S+.*, which {described.lock} does not"):
            check_bill(bill, described, lock=lock_of(described), version=VERSION)

    def test_is_refused_without_a_package_that_is_locked(
        self, described: Described, bill: Path, tmp_path: Path
    ) -> None:
        lock = lock_of(described)
        more = f"forgotten==1.0 \\\n    --hash=sha256:0\nonly-there==1.0 ; sys_platform == 'win32' \\\n{lock}"
        with pytest.raises(NotReleasableError, match=rf"does not name forgotten, which {described.lock} does"):
            check_bill(keep(bill, lock, tmp_path), described, lock=more, version=VERSION)

    def test_is_refused_for_another_version(self, described: Described, bill: Path) -> None:
        with pytest.raises(NotReleasableError, match=rf"Build it again for {described.name} 9\.9\.9"):
            check_bill(bill, described, lock="", version="9.9.9")

    def test_is_refused_for_another_image(self, described: Described, bill: Path) -> None:
        [other] = {OPERATOR, SIMULATOR} - {described}
        with pytest.raises(NotReleasableError, match=rf"is of {described.name} {VERSION}\. Build it again for"):
            check_bill(bill, other, lock="", version=VERSION)


class TestImage:
    def test_has_what_its_bill_says(self, described: Described) -> None:
        text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        assert f'image.title="{described.name}" ' in text
        assert f'image.description="{described.description}" ' in text
        assert re.search(rf"--python /opt/\S+ install .* -r {re.escape(described.lock)}$", text, re.MULTILINE)

    def test_has_the_python_with_which_its_bill_is_made(self) -> None:
        [version] = set(re.findall(r"^FROM python:([\d.]+)-slim", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
        jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
        made = [
            step["with"]["python-version"] for step in jobs["check"]["steps"] if "setup-python" in step.get("uses", "")
        ]
        assert made == [version]
