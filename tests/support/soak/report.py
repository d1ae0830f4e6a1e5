"""What a soak did, in lines for a person."""

from tests.support.soak.driver import Course, Soak
from tests.support.soak.flatness import Flatness


def describe_course(course: Course) -> None:
    """Say what is to happen, and how to repeat it."""
    _say(
        f"\nSoak with SOAK_SEED={course.seed}: {course.jobs} jobs for {course.days:g} simulated days at"
        f" {course.rate:g} times the speed of a clock, about {course.days * 86400 / course.rate / 60:.1f} minutes."
    )


def describe_soak(soak: Soak) -> None:
    """Say what happened, and what the operator used."""
    calls, flatness = soak.environment.simulator.calls(), Flatness(soak.pod.longest_life())
    for name, times in sorted(soak.done.items()):
        _say(f"{times:6} {name.replace('_', ' ').lower()}")
    _say(f"{soak.done.total():6} events, {soak.owners.born} resources, {soak.pod.starts} starts of the operator")
    _say(
        f"{calls.graph_total:6} calls to Graph, of these {soak.ledger.creates().total()} creates,"
        f" {soak.ledger.deletes().total()} deletes, {soak.ledger.restarts().total()} restarts and"
        f" {soak.ledger.provisionings().total()} provisionings"
    )
    _say(f"       {len(flatness.samples)} samples of the process that lived longest, by quarters of its life:")
    _say(
        f"       MiB (median) {' '.join(f'{each:.1f}' for each in flatness.mebibytes)};"
        f" open files (fewest) {' '.join(map(str, flatness.files))}; connections (most)"
        f" {' '.join(map(str, flatness.connections))};"
        f" threads (fewest) {' '.join(map(str, flatness.threads))}"
    )


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - pytest shows it when the soak fails, and `make soak` at once
