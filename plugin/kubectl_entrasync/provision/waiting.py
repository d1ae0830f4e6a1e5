"""Makes requests, and waits for their ends."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.cluster.pages import Object
from kubectl_entrasync.failure import telling_what_stands
from kubectl_entrasync.output.progress import Progress
from kubectl_entrasync.provision.outcome import RequestOutcome, read_outcome

Outcomes = Mapping[str, RequestOutcome]

_STANDS = "These requests were made before, and go on: {}."


def create_all(objects: Objects, manifests: Sequence[Object]) -> list[Object]:
    """Make requests. Raises `Failure` at the first that cannot be made, which names those that go on."""
    made: list[Object] = []
    for manifest in manifests:
        with telling_what_stands(lambda: [each["metadata"]["name"] for each in made], _STANDS):
            made.append(objects.create(manifest))
    return made


def wait_for_ends(
    objects: Objects,
    asked: Outcomes,
    *,
    timeout: timedelta,
    progress: Progress,
    show: Callable[[RequestOutcome], None],
) -> Outcomes:
    """Wait until all requests have ended, or the time is over; `show` each as it ends.

    Args:
        objects: The requests of the namespace.
        asked: The requests by uid, as they were made.
        timeout: How long to wait.
        progress: Shows how many have ended, and what the operator says of one that has not.
        show: Called with each request that has ended.

    Returns:
        All requests by uid, as they were last seen.
    """
    seen = dict(asked)
    for documents in _follow(objects, asked, timeout):
        shown = {each["metadata"]["uid"]: each for each in documents}
        for uid in asked:
            if seen[uid].is_ended or uid not in shown:
                continue
            seen[uid] = read_outcome(shown[uid])
            if seen[uid].is_ended:
                show(seen[uid])
        open_ones = [each for each in seen.values() if not each.is_ended]
        progress.show(len(seen) - len(open_ones), open_ones[0].words if open_ones else "")
        if not open_ones:
            break
    return seen


def _follow(objects: Objects, asked: Outcomes, timeout: timedelta) -> Iterator[list[Object]]:
    with telling_what_stands(lambda: [str(each.name) for each in asked.values()], _STANDS):
        yield from objects.follow(timeout.total_seconds())
