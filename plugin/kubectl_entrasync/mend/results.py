"""What a command prints of its requests."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.mend.answer import Answer
from kubectl_entrasync.output.console import indent

Answers = Mapping[str, Answer]


def judge_answers(answers: Answers) -> ExitCode:
    """Return 0 if all is done or asked for, else 1."""
    return ExitCode.WELL if all(answer.result.is_well for answer in answers.values()) else ExitCode.ILL


def draw_answer(name: str, answer: Answer) -> RenderableType:
    """Return an answer as a terminal shows it: below the job what is said of it."""
    title = Text.assemble((name, "bold"), "  ", (str(answer.result), answer.result.style))
    return Group(title, indent(Text(answer.words)))


def write_lines(answers: Answers) -> Iterator[str]:
    """Return the answers for programs that read text: one line for each job."""
    width = max(map(len, answers), default=0)
    for name, answer in answers.items():
        yield f"{name:{width}}  {answer.result:9}  {answer.words}"


def write_answers(answers: Answers, *, namespace: str, token: str) -> dict[str, Any]:
    """Return the answers as JSON and YAML show them. `requestedAt` is what the status repeats."""
    items = [
        {
            "namespace": namespace,
            "name": name,
            "result": str(answer.result),
            "message": answer.words,
            **({"follow": answer.command} if answer.command else {}),
        }
        for name, answer in answers.items()
    ]
    return {"requestedAt": token, "items": items}
