"""The commands that ask the operator for something by annotations, which no GitOps tool undoes."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from entrasync.core.primitives.times import write_precise_time
from kubectl_entrasync.cli.options import takes_request_flags
from kubectl_entrasync.cluster.access import open_access
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.cluster.pages import Object
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.mend.answer import Result
from kubectl_entrasync.mend.asking import ask, wait
from kubectl_entrasync.mend.deletions import ApproveDeletions, say_what_is_held
from kubectl_entrasync.mend.flags import RequestFlags, read_end
from kubectl_entrasync.mend.job import read_job
from kubectl_entrasync.mend.reconcile import Reconcile
from kubectl_entrasync.mend.restart import Restart
from kubectl_entrasync.mend.results import Answers, draw_answer, judge_answers, write_answers, write_lines
from kubectl_entrasync.mend.schedule import Hold, Start
from kubectl_entrasync.mend.verb import Verb, find_obstacle
from kubectl_entrasync.output.console import open_console, open_error_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.output.progress import show_progress

NamesArgument = Annotated[list[str], typer.Argument(metavar="NAME", help="The SynchronizationJobs.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="A time with its zone: 2027-01-31T18:00:00Z.")]
ForOption = Annotated[str | None, typer.Option("--for", help="So long from now, such as 8h or 1h30m.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask me before.")]


@takes_request_flags()
def reconcile(flags: RequestFlags, names: NamesArgument) -> None:
    """Have the operator look at jobs at once. Exit code 1: it did not, or not in time."""
    _mend(flags, names, Reconcile())


@takes_request_flags()
def restart(flags: RequestFlags, names: NamesArgument) -> None:
    """Restart jobs, which lifts a quarantine. Exit code 1: it was refused, or not done in time."""
    _mend(flags, names, Restart())


@takes_request_flags()
def pause(flags: RequestFlags, names: NamesArgument) -> None:
    """Pause jobs until somebody starts them. Exit code 1: it was refused, or not done in time."""
    _mend(flags, names, Hold())


@takes_request_flags()
def hold(flags: RequestFlags, names: NamesArgument, *, until: UntilOption = None, duration: ForOption = None) -> None:
    """Pause jobs until a time, when they go on by themselves. Exit code 1: refused, or not done in time."""
    _mend(flags, names, Hold(read_end(until, duration, now=datetime.now(UTC))))


@takes_request_flags()
def start(flags: RequestFlags, names: NamesArgument) -> None:
    """End a pause or a hold. Exit code 1: something else keeps a job paused, or it did not start in time."""
    _mend(flags, names, Start())


@takes_request_flags()
def approve_deletions(flags: RequestFlags, names: NamesArgument, *, yes: YesOption = False) -> None:
    """Have the deletions performed that Graph holds back. Exit code 1: refused, or not done in time."""
    _mend(flags, names, ApproveDeletions(), is_confirmed=yes)


def _mend(flags: RequestFlags, names: Sequence[str], verb: Verb, *, is_confirmed: bool = True) -> None:
    """Ask about each job, wait if that is wanted, and print what came of it. All jobs are found before one is asked."""
    limit = flags.limit
    objects = Objects(open_access(flags))
    documents = [objects.read(name) for name in dict.fromkeys(names)]
    if not is_confirmed:
        _confirm(documents, verb)
    token = write_precise_time(datetime.now(UTC))
    answers = ask(objects, documents, verb, token=token)
    uids = {each["metadata"]["name"]: each["metadata"]["uid"] for each in documents}
    asked = {name: uids[name] for name, answer in answers.items() if answer.result is Result.ASKED}
    if asked and flags.is_awaited:
        what = f"{verb.progress} {names[0] if len(answers) == 1 else f'{len(answers)} jobs'}"
        with show_progress(what, total=len(asked)) as progress:
            answers |= wait(objects, asked, verb, token=token, timeout=limit, progress=progress)
    _print(answers, flags.output, namespace=objects.namespace, token=token)
    raise typer.Exit(judge_answers(answers))


def _print(answers: Answers, output: OutputFormat, *, namespace: str, token: str) -> None:
    console = open_console()
    if output is not OutputFormat.TABLE:
        print_document(write_answers(answers, namespace=namespace, token=token), output)
    elif console.is_terminal:
        for name, answer in answers.items():
            console.print(draw_answer(name, answer))
            if answer.command is not None:  # not folded, so that it can be copied
                typer.echo(f"  To follow it: {answer.command}")
    else:
        typer.echo("\n".join(write_lines(answers)))


def _confirm(documents: Sequence[Object], verb: Verb) -> None:
    """Show what is held back, and ask the person. Raises `Failure` where nobody can answer, or says no."""
    jobs = [job for job in map(read_job, documents) if find_obstacle(verb, job) is None]
    if not jobs:
        return
    if not sys.stdin.isatty():
        raise Failure("This deletes accounts, and nobody is there to be asked. Give --yes if they are to be deleted.")
    console = open_error_console()
    for job in jobs:
        console.print(f"{job.name}: {say_what_is_held(job)}", markup=False)
    if not typer.confirm("Have these deletions performed?", err=True):
        raise Failure("Nothing was approved.")
