"""Writes into a copy of the chart what only a release knows: where its image, its pages and the chart itself are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotReleasableError
from release.publication import Publication

VALUES = ("values.yaml", "files/defaults.yaml")
"""The values, and the copy of them that the templates read."""

_RUNBOOKS = "metrics.prometheusRule.runbookBaseUrl"


@dataclass(frozen=True)
class Edit:
    """One place of a file, and what it says in a release."""

    file: str
    where: str
    """A regular expression, in which ^ and $ are the ends of a line."""
    text: str


def write_addresses(chart: Path, publication: Publication, version: str) -> None:
    """Write the addresses that are known into the files of a chart.

    Raises:
        NotReleasableError: A file has no such place, or several.
    """
    for edit in [*_edits_for_image(publication, version), *_edits_for_repository(publication.repository, version)]:
        path = chart / edit.file
        text, count = re.subn(edit.where, edit.text, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if count != 1:
            raise NotReleasableError(
                f"{edit.file} of the chart has {count} places {edit.where!r} where one is expected, into which a "
                f"release writes an address. Mend release/steps/{Path(__file__).name}."
            )
        path.write_text(text, encoding="utf-8")


def runbook_base(repository: str, version: str) -> str:
    """Return the address of the folder that holds docs, as they were at this version."""
    return f"{repository}/blob/v{version}"


def _edits_for_image(publication: Publication, version: str) -> Iterator[Edit]:
    if not publication.image:
        return
    yield from _edits_of_value("image.repository", r'^(image:\n(?:  #.*\n)*  repository: )""$', publication.image)
    yield Edit(
        "README.md",
        r'(helm install entra-sync-operator) \S+ (--namespace \S+) --set image\.repository="\$IMAGE"$',
        rf"\1 {publication.chart} --version {version} \2",
    )
    yield Edit(
        "README.md",
        r"(helm upgrade entra-sync-operator) \S+ (--namespace \S+ --reset-then-reuse-values)$",
        rf"\1 {publication.chart} --version {version} \2",
    )


def _edits_for_repository(repository: str, version: str) -> Iterator[Edit]:
    if not repository:
        return
    yield from _edits_of_value(_RUNBOOKS, r'^(    runbookBaseUrl: )""$', runbook_base(repository, version))
    yield Edit("Chart.yaml", "^# `home` and `sources` .*$", f'home: "{repository}"\nsources: ["{repository}"]')


def _edits_of_value(name: str, where: str, value: str) -> Iterator[Edit]:
    for file in VALUES:
        yield Edit(file, where, rf'\1"{value}"')
    yield Edit("README.md", rf'^(\| `{re.escape(name)}` \| )`""`', rf'\1`"{value}"`')
