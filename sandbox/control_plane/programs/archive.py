"""Downloads the official envtest archive, which holds etcd, kube-apiserver and kubectl."""

import hashlib
import http.client
import queue
import shutil
import tarfile
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from control_plane.errors import ControlPlaneError
from control_plane.programs.catalog import ENVTEST_VERSION, PROGRAMS, Target
from control_plane.progress import Step

# From envtest-releases.yaml of kubernetes-sigs/controller-tools, where the project publishes them (sha512).
DIGESTS: Mapping[str, str] = {
    "linux-amd64": "130369c16f076e724d089189afaede960316f5f5dea6cf57be7a4fc6f09c7734"
    "2893192509790e4056e116e232dff832ed863f5bd55dcb55d38f3ab834828a11",
    "linux-arm64": "e53e2b88398f5b9503e3f074d82a2dcb090c708b34940848607ce658138a5d4a"
    "25962e042ab683ccc026a8a6c90c0be7f658e42dde0887369d73c3b68e2fc86c",
    "darwin-amd64": "fccc583ba6d322c88a8c56f7876090a7ad63460046a4bcae414093b23ce68a75"
    "f172ca7484b7c7475b707657eca5108a8ad3fd85e1b4f70a6c99ca2f22dbd6b2",
    "darwin-arm64": "bb5d0bb3975956331b0aa0c039955b4c4dc6c5c288e5af369364c7d2fbeac11a"
    "025227dabb127569080b259dd29b697cc77fa77abd27ae26721ddb23e8ee0613",
}
_RELEASES = "https://github.com/kubernetes-sigs/controller-tools/releases/download"

CONNECT_TIMEOUT_SECONDS = 6.0  # a network that blocks the address must not cost more
READ_TIMEOUT_SECONDS = 30.0  # of silence in a download that has begun
_CHUNK_BYTES = 1 << 20


def archived_programs(target: Target) -> frozenset[str]:
    """Return the programs in the archive for this target; none where no archive is published."""
    if str(target) not in DIGESTS:
        return frozenset()
    return frozenset(program.name for program in PROGRAMS.values() if program.in_archive)


def archive_url(target: Target) -> str:
    """Return the address of the archive."""
    return f"{_RELEASES}/envtest-v{ENVTEST_VERSION}/envtest-v{ENVTEST_VERSION}-{target}.tar.gz"


def fetch_archive(url: str, digest: str, into: Path) -> None:
    """Download the archive, check it against its sha512 digest, and unpack its programs into a folder.

    Raises:
        ControlPlaneError: It could not be read or is not what was published; the folder may then hold part of it.
    """
    packed = into / "envtest.tar.gz"
    try:
        with _open(url) as answer:
            found = _download(answer, packed)
    except (OSError, http.client.HTTPException) as error:
        raise ControlPlaneError(f"{url} could not be read: {error}.") from error
    if found != digest:
        raise ControlPlaneError(f"{url} is not what was published: its sha512 is {found}, not {digest}.")
    _unpack(packed, into)
    packed.unlink()


def _open(url: str) -> IO[bytes]:
    """Open an address within CONNECT_TIMEOUT_SECONDS, with the name look-up, which a socket's timeout leaves out."""
    answers: queue.Queue[IO[bytes] | OSError] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(urllib.request.urlopen(url, timeout=READ_TIMEOUT_SECONDS))  # noqa: S310  # our own constant
        except OSError as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="envtest archive").start()
    try:
        answer = answers.get(timeout=CONNECT_TIMEOUT_SECONDS)
    except queue.Empty:
        raise TimeoutError(f"no answer within {CONNECT_TIMEOUT_SECONDS:.0f} s") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _download(answer: IO[bytes], to: Path) -> str:
    """Copy a response to a file, and return its sha512 digest."""
    step, digest, size = Step("Downloading the envtest archive"), hashlib.sha512(), 0
    with to.open("wb") as file:
        while chunk := answer.read(_CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            step.tick(f"{size / 1e6:.0f} MB")
    step.done()
    return digest.hexdigest()


def _unpack(packed: Path, into: Path) -> None:
    """Unpack the programs, and nothing else that the archive may hold, into a folder."""
    with tarfile.open(packed) as archive:
        for member in archive:
            name = Path(member.name).name
            content = archive.extractfile(member) if name in PROGRAMS and member.isfile() else None
            if content is None:
                continue
            with content, (into / name).open("wb") as file:
                shutil.copyfileobj(content, file)
            (into / name).chmod(0o755)
