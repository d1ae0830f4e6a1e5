"""Writes what a run of the contract has found, in a form that can be pasted into an issue."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit

from tests.contract.findings import QUESTIONS, Answer, Findings
from tests.contract.trial import Trial


def write_report(trial: Trial, found: Findings, day: date) -> str:
    """Write the report as Markdown. It has no ids, tokens or secrets."""
    host = urlsplit(trial.settings.graph_url).hostname
    head = f"{day.isoformat()}, {host}, {trial.settings.api_version}, template {trial.target.template}"
    parts = [
        "# Contract with Microsoft Graph",
        trial.graph.redact(head),
        "## Open questions of docs/graph-facts.md, section 9",
        _table(("question", "Graph", "the simulator assumes"), map(_write_answer, _sort(dict.fromkeys(found.answers)))),
        "## Not answered",
        _table(("question", "why"), found.list_unanswered().items()),
        "## What holds in the simulator",
        _table(("", "in Graph"), ((each.sentence, each.failure or "holds") for each in found.checks)),
        "## Differences from Microsoft's description",
        "\n".join(f"* {text}" for text in dict.fromkeys(trial.graph.differences)) or "None.",
    ]
    if trial.left:
        parts += ["## What could not be removed", "\n".join(f"* {trial.graph.redact(text)}" for text in trial.left)]
    return "\n\n".join(parts) + "\n"


def _sort(answers: Iterable[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda answer: QUESTIONS.index(answer.question))


def _write_answer(answer: Answer) -> tuple[str, str, str]:
    if not answer.assumed:
        return answer.question, answer.seen, "nothing"
    hint = "" if answer.is_as_assumed else f"; switch `{answer.switch}`"
    return answer.question, answer.seen, f"{answer.assumed}{hint}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
