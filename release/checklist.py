"""Makes everything that is released, in the order in which a fault is found soonest, and checks it."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from release.crds.accepted import ACCEPTED
from release.crds.baseline import CURRENT, find_breaks_since, last_record
from release.errors import NotReleasableError
from release.publication import UNPUBLISHED, Publication, find_publication_faults
from release.steps.bill_of_materials import OPERATOR, SIMULATOR, Described, check_bill, write_bill
from release.steps.chart import check_chart, pack_chart
from release.steps.clean_install import (
    check_program,
    check_simulator,
    install_lock,
    install_wheel,
    make_environment,
)
from release.steps.distributions import (
    Distributions,
    build_distributions,
    check_sdist,
    check_wheel,
    check_wheel_of_sdist,
    packaged_modules,
    tracked_files,
)
from release.steps.image import build_images, find_builder
from release.steps.krew import UNKNOWN_REPOSITORY, check_krew_plugin, write_krew_plugin
from release.version import find_tag_faults, find_version_faults, read_version

OUTPUT = Path("build") / "release"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Release:
    """What is checked, and with which tools."""

    root: Path
    version: str
    helm: Path
    tag: str = ""
    """The tag of the release; empty while it is only tried."""
    is_image_required: bool = False
    publication: Publication = UNPUBLISHED

    @property
    def output(self) -> Path:
        """The folder of what is released."""
        return self.root / OUTPUT


def check_release(release: Release, say: Callable[[str], None]) -> None:
    """Make and check everything. What was made is in build/release then, with its digests.

    Raises:
        NotReleasableError: Something would be faulty. The message says what, where, and what to do.
    """
    check_statements(release)
    say(f"Version {release.version} is stated alike everywhere, and its CRDs break no released object.")
    if release.output.exists():
        shutil.rmtree(release.output)
    release.output.mkdir(parents=True)
    distributions = _make_distributions(release)
    say(f"{distributions.wheel.name} and {distributions.sdist.name} have what a stranger needs.")
    repository = release.publication.repository or UNKNOWN_REPOSITORY
    described = write_krew_plugin(
        distributions.wheel, release.root, release.output, version=release.version, repository=repository
    )
    check_krew_plugin(described, release.version)
    say(f"{described.name} describes the plugin for krew.")
    python = _try_operator(release, distributions)
    say(f"{distributions.wheel.name} runs in an environment that has nothing but {OPERATOR.lock}.")
    say(_make_bill(release, OPERATOR, python))
    python = _try_simulator(release)
    say(f"The simulator runs in an environment that has nothing but {SIMULATOR.lock}.")
    say(_make_bill(release, SIMULATOR, python))
    package = pack_chart(release.helm, release.root, release.output, release.publication, release.version)
    check_chart(package, release.helm, release.version, release.root, release.publication)
    say(_describe_chart(package, release.publication))
    say(build_images(find_builder(), release.version, release.root, is_required=release.is_image_required))
    write_sums(release.output)
    say(f"All is in {OUTPUT}.")


def check_statements(release: Release) -> None:
    """Check what is written before anything is built.

    Raises:
        NotReleasableError: A place states another version, or a CRD breaks objects of a released one.
    """
    changelog = (release.root / "CHANGELOG.md").read_text(encoding="utf-8")
    faults = [
        *find_version_faults(release.root),
        *(find_tag_faults(release.tag, changelog, release.version) if release.tag else []),
        *find_publication_faults(release.publication, release.root, is_tagged=bool(release.tag)),
        *find_breaks_since(last_record(release.root), release.root / CURRENT, ACCEPTED),
    ]
    if faults:
        raise NotReleasableError("\n".join(faults))


def write_sums(folder: Path) -> None:
    """Write the digest of each file, in the form that sha256sum reads."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def open_release(
    root: Path,
    helm: Path,
    *,
    tag: str = "",
    is_image_required: bool = False,
    publication: Publication = UNPUBLISHED,
) -> Release:
    """Return the release of the present version."""
    return Release(root, read_version(root), helm, tag, is_image_required, publication)


def _describe_chart(package: Path, publication: Publication) -> str:
    image = publication.image or "no image, because IMAGE_REPOSITORY is not given"
    return f"{package.name} has the version and the CRDs of this release, and names {image}."


def _make_distributions(release: Release) -> Distributions:
    distributions = build_distributions(release.root, release.output)
    tracked = tracked_files(release.root)
    check_sdist(distributions.sdist, tracked)
    check_wheel(distributions.wheel, packaged_modules(release.root, tracked))
    check_wheel_of_sdist(distributions)
    return distributions


def _try_operator(release: Release, distributions: Distributions) -> Path:
    python = make_environment(release.root / "build" / "release-environment")
    install_lock(python, release.root / OPERATOR.lock)
    install_wheel(python, distributions.wheel)
    check_program(python, release.version, release.root)
    return python


def _try_simulator(release: Release) -> Path:
    python = make_environment(release.root / "build" / "simulator-environment")
    install_lock(python, release.root / SIMULATOR.lock)
    check_simulator(python, release.root)
    return python


def _make_bill(release: Release, described: Described, python: Path) -> str:
    bill = write_bill(described, python, root=release.root, into=release.output)
    lock = (release.root / described.lock).read_text(encoding="utf-8")
    check_bill(bill, described, lock=lock, version=release.version)
    return f"{bill.name} names what is installed there."
