"""What a check of manifests found: for people one line for each fault, for programs a document."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.manifests.sources import Document
from kubectl_entrasync.validation.checking import check_object, is_ours


@dataclass(frozen=True)
class Finding:
    """One fault, and where in the files it is."""

    line: int
    field: str
    message: str
    """What the API server says, without the value."""


@dataclass(frozen=True)
class CheckedDocument:
    """An object and its faults."""

    document: Document
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """Kind and name of the object, as far as it has them."""
        content = self.document.content
        if not isinstance(content, dict):
            return f"document {self.document.number}"
        metadata = content.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return f"{content.get('kind', 'an object without a kind')} {name or 'without a name'}"


@dataclass(frozen=True)
class CheckResult:
    """All objects of ours, and how many were passed over because they are not."""

    checked: Sequence[CheckedDocument]
    passed_over: int

    @property
    def invalid(self) -> list[CheckedDocument]:
        """Those with a fault."""
        return [each for each in self.checked if each.findings]


def check_documents(documents: Iterable[Document]) -> CheckResult:
    """Check the objects of ours among documents."""
    checked, passed_over = [], 0
    for document in documents:
        if document.fault is not None:
            checked.append(CheckedDocument(document, (Finding(document.line, "", document.fault),)))
        elif (fault := _find_no_object(document.content)) is not None:
            checked.append(CheckedDocument(document, (Finding(document.line, "", fault),)))
        elif is_ours(document.content):
            checked.append(CheckedDocument(document, tuple(sorted(_find(document), key=lambda each: each.line))))
        else:
            passed_over += 1
    return CheckResult(checked, passed_over)


def _find_no_object(content: Any) -> str | None:
    if not isinstance(content, dict):
        return "It is no Kubernetes object, which has apiVersion, kind and metadata."
    missing = [name for name in ("apiVersion", "kind") if not content.get(name)]
    return f"It is no Kubernetes object, because {missing[0]} is missing." if missing else None


def _find(document: Document) -> Iterator[Finding]:
    if not document.path:
        for name, line in document.source.repeated:
            yield Finding(line, name, f'key "{name}" already set in map')
    for fault in check_object(document.content):
        yield Finding(document.find_line(fault.place.path), fault.place.text, fault.words)


def judge_check(result: CheckResult) -> ExitCode:
    """Return what a script is told."""
    return ExitCode.ILL if result.invalid else ExitCode.WELL


def write_check(result: CheckResult) -> dict[str, Any]:
    """Return the result as JSON and YAML show it."""
    return {
        "summary": {
            "checked": len(result.checked),
            "invalid": len(result.invalid),
            "passedOver": result.passed_over,
        },
        "items": [_write_document(each) for each in result.checked],
    }


def _write_document(checked: CheckedDocument) -> dict[str, Any]:
    document = checked.document
    content = document.content if isinstance(document.content, dict) else {}
    metadata = content.get("metadata")
    return {
        "file": document.file,
        "document": document.number,
        "line": document.line,
        "kind": content.get("kind"),
        "name": metadata.get("name") if isinstance(metadata, dict) else None,
        "valid": not checked.findings,
        "findings": [{"line": each.line, "field": each.field, "message": each.message} for each in checked.findings],
    }


def draw_check(result: CheckResult) -> RenderableType:
    """Return the faults, each with its line, under the object that has them, and a sentence that counts."""
    parts: list[RenderableType] = []
    for each in result.invalid:
        parts += [Text(f"{each.document.file}:{each.document.line}: {each.name}", "bold red"), _draw_findings(each)]
    return Group(*parts, Text(_conclude(result)))


def _draw_findings(checked: CheckedDocument) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", min_width=6)
    table.add_column(overflow="fold")
    for finding in checked.findings:
        table.add_row(str(finding.line), Text(finding.message))
    return table


def _conclude(result: CheckResult) -> str:
    counts = Counter(bool(each.findings) for each in result.checked)
    parts = [f"{counts[False]} valid"] + ([f"{counts[True]} invalid"] if counts[True] else [])
    parts += [f"{result.passed_over} of other kinds passed over"] if result.passed_over else []
    return f"{', '.join(parts)}."
