"""Where a release is published, and pages that say that nothing is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_IMAGE = re.compile(
    rf"(?=localhost/|[^/]*[.:]){_LABEL}(?:\.{_LABEL})*(?::\d+)?(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+"
)
"""A registry and a path, without a tag or a digest. A first part without a dot or a port is no registry."""

_REPOSITORY = re.compile(r"https://[^/\s]+(?:/[^/\s]+)+")

_PAGES = ("README.md", "docs/**/*.md", "charts/**/*.*", "config/*.yaml", "examples/**/*.*")
_NOTHING = re.compile(r"\bno (?:image|release) is published\b", re.IGNORECASE)


@dataclass(frozen=True)
class Publication:
    """The addresses of a release. One that is empty is not known, as where a release is only tried."""

    image: str = ""
    """The operator's image without its tag. The simulator's has the same name with -simulator added."""
    repository: str = ""
    """The repository on GitHub, whose release has the files."""

    @property
    def chart(self) -> str:
        """The address of the chart, beside the image."""
        return f"oci://{self.image.rpartition('/')[0]}/charts/entra-sync-operator"


UNPUBLISHED = Publication()
"""What is only tried."""


def find_publication_faults(publication: Publication, root: Path, *, is_tagged: bool) -> list[str]:
    """Return a sentence for each address that leads nowhere, and for each page that a release makes wrong.

    Args:
        publication: The addresses.
        root: The root of the project.
        is_tagged: Whether it is a release, and not a try.
    """
    faults = []
    if publication.image and not _IMAGE.fullmatch(publication.image):
        faults.append(
            f"IMAGE_REPOSITORY is {publication.image!r}. It must be a registry and a path in small letters, without a "
            "tag, such as registry.example.com/contoso/entra-sync-operator."
        )
    if publication.repository and not _REPOSITORY.fullmatch(publication.repository):
        faults.append(
            f"REPOSITORY is {publication.repository!r}. It must be the whole address of the project's repository, such "
            "as https://github.com/contoso/entra-sync-operator."
        )
    if not is_tagged:
        return faults
    given = {"IMAGE_REPOSITORY": publication.image, "REPOSITORY": publication.repository}
    missing = [name for name, address in given.items() if not address]
    if missing:
        faults.append(
            f"TAG is given without {' and '.join(missing)}, so the release would not say where it is. Give them as "
            ".github/workflows/release.yml does."
        )
    return [*faults, *_find_outdated_pages(root)]


def _find_outdated_pages(root: Path) -> Iterator[str]:
    for path in sorted(found for pattern in _PAGES for found in root.glob(pattern) if found.is_file()):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if said := _NOTHING.search(line):
                yield (
                    f"{path.relative_to(root)}, line {number}, says that {said[0].lower()}, and this release is. Say "
                    "where it is."
                )
