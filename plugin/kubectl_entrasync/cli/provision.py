"""`provision`: provisions people at once, and shows what becomes of each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from kubectl_entrasync.cli.options import takes_request_flags
from kubectl_entrasync.cluster.access import open_access
from kubectl_entrasync.cluster.kinds import REQUESTS
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.mend.flags import RequestFlags, read_duration
from kubectl_entrasync.mend.job import read_job
from kubectl_entrasync.mend.verb import explain_left_alone
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.output.progress import show_progress
from kubectl_entrasync.provision.manifest import GROUP, USER, Wish, build_manifests
from kubectl_entrasync.provision.outcome import RequestOutcome, end_unsent, judge_outcomes, read_outcome, write_outcome
from kubectl_entrasync.provision.report import draw_asked, draw_outcome
from kubectl_entrasync.provision.waiting import Outcomes, create_all, wait_for_ends

UsersArgument = Annotated[list[str], typer.Argument(metavar="USER", help="Object ids of users, or ids in the source.")]
JobArgument = Annotated[str, typer.Argument(metavar="NAME", help="The SynchronizationJob that provisions them.")]
GroupOption = Annotated[bool, typer.Option("--group", help="They are groups, each provisioned without its members.")]
MemberOption = Annotated[
    list[str] | None, typer.Option("--member", help="A user to provision with the one group. At most five. Repeatable.")
]
TypeOption = Annotated[str | None, typer.Option("--type", help="Another type of the schema, such as user or Worker.")]
RuleOption = Annotated[str | None, typer.Option("--rule", help="The synchronization rule, where several fit.")]
PeopleOption = Annotated[
    bool, typer.Option("--show-people", help="Show changed attributes too, which are personal data.")
]
TtlOption = Annotated[str, typer.Option("--ttl", help="How long the finished requests are kept.")]

DEFAULT_TTL = "24h"


@takes_request_flags(is_awaited=True)
def provision(
    flags: RequestFlags,
    name: JobArgument,
    users: UsersArgument,
    *,
    is_group: GroupOption = False,
    member: MemberOption = None,
    object_type: TypeOption = None,
    rule: RuleOption = None,
    show_people: PeopleOption = False,
    ttl: TtlOption = DEFAULT_TTL,
) -> None:
    """Provision users at once, and show what became of each. Exit code 1: one of them was not provisioned."""
    wish = Wish(
        job=name,
        object_type=_choose_type(object_type, is_group=is_group or bool(member)),
        members=tuple(member or ()),
        rule=rule,
        shows_people=show_people,
        ttl=read_duration(ttl, "--ttl"),
    )
    limit, manifests, access = flags.limit, build_manifests(wish, users), open_access(flags)
    requests = Objects(access, REQUESTS)
    if (cause := explain_left_alone(read_job(Objects(access).read(name)))) is not None:
        outcomes = _show(flags, [end_unsent(manifest, cause) for manifest in manifests])
    else:
        made = create_all(requests, manifests)
        asked = {each["metadata"]["uid"]: read_outcome(each) for each in made}
        outcomes = _wait(requests, asked, flags, limit) if flags.is_awaited else _show(flags, list(asked.values()))
    if flags.output is not OutputFormat.TABLE:
        items = [write_outcome(each) for each in outcomes]
        print_document({"items": items}, flags.output)
    raise typer.Exit(judge_outcomes(outcomes, is_awaited=flags.is_awaited))


def _choose_type(object_type: str | None, *, is_group: bool) -> str:
    if object_type is not None and is_group:
        raise Failure("--type and --group exclude each other. Give one of them.")
    return object_type or (GROUP if is_group else USER)


def _show(flags: RequestFlags, outcomes: Sequence[RequestOutcome]) -> Sequence[RequestOutcome]:
    """Print how requests stand for people, and return them."""
    for outcome in outcomes if flags.output is OutputFormat.TABLE else ():
        if outcome.is_ended or flags.is_awaited:
            open_console().print(draw_outcome(outcome))
        else:
            open_console().print(draw_asked(outcome))
            typer.echo(f"  To follow it: {outcome.command}")  # not folded, so that it can be copied
    return outcomes


def _wait(requests: Objects, asked: Outcomes, flags: RequestFlags, limit: timedelta) -> Sequence[RequestOutcome]:
    """Wait for the ends, and print each as it comes. What has not ended in time is printed at the end."""
    with show_progress("Provisioning", total=len(asked)) as progress:

        def show(ended: RequestOutcome) -> None:
            with progress.cleared():
                _show(flags, [ended])

        outcomes = wait_for_ends(requests, asked, timeout=limit, progress=progress, show=show)
    _show(flags, [each for each in outcomes.values() if not each.is_ended])
    return list(outcomes.values())
