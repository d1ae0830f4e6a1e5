"""What a watch of Kopf forgets after a gap, and what does not end it."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kopf._cogs.clients import errors, watching

from entrasync.api.names import GROUP, PLURAL, VERSION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.kube.watch import watch_gaps
from entrasync.kube.watch.watch_gaps import GaplessWatches, gaps_closed
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.informer import JobInformer
from entrasync.reconcile.state.jobs import JobStore
from tests.support.answers import pass_answer
from tests.support.facts import NOW, resource
from tests.support.still_clock import StillClock

LISTED = watching.Bookmark.LISTED
UNSERVED = errors.APINotFoundError(status=404, headers={})


class Watch:
    """A watch of SynchronizationJobs. The store knows the objects `a` and `b` of namespace `team`, and `c` of another.

    Kopf's own watch yields `events`. An error among them is raised.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *events: Any) -> None:
        self.store, clock = JobStore(), StillClock(NOW)
        kind = WatchedKind(
            cast("JobClient", SimpleNamespace(plural=PLURAL)), JobInformer(self.store, WorkQueue(clock), clock=clock)
        )
        self.access = NamespaceAccess()
        self.watches = GaplessWatches([kind], self.access)
        for namespace, uid in (("team", "a"), ("team", "b"), ("others", "c")):
            self.store.put(resource(key=ObjectKey(namespace, uid), uid=uid))
        self.events = events
        monkeypatch.setattr(watch_gaps, "_watch", self._yield)
        monkeypatch.setattr(watch_gaps, "RETRY_INTERVAL_SECONDS", 0)

    async def _yield(self, **_: Any) -> AsyncIterator[Any]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event

    async def run(self, *, group: str = GROUP) -> list[Any]:
        """Follow the watch of namespace `team` to its end. Returns what it yields."""
        watched = cast("Any", SimpleNamespace(group=group, plural=PLURAL))
        namespace = cast("Any", "team")
        return [event async for event in self.watches.watch(resource=watched, namespace=namespace)]

    def known(self) -> set[str]:
        """Return the uids that are known."""
        return set(self.store.by_uid())


def event(uid: str, event_type: str | None = None) -> Any:
    return {"type": event_type, "object": {"metadata": {"uid": uid}}}


def change(uid: str, version: str) -> Any:
    metadata = {"namespace": "team", "name": uid, "uid": uid, "resourceVersion": version}
    return {"type": "MODIFIED", "object": {"metadata": metadata}}


async def test_what_a_list_does_not_show_is_forgotten_in_its_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch, event("a"), LISTED, event("d", "ADDED"))
    assert await watch.run() == [event("a"), LISTED, event("d", "ADDED")]
    assert watch.known() == {"a", "c"}


async def test_nothing_is_forgotten_by_a_list_that_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch, event("a"))
    await watch.run()
    assert watch.known() == {"a", "b", "c"}


async def test_an_object_that_appears_while_the_list_is_read_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch, event("a"), event("b"), LISTED)
    async for _ in watch.watches.watch(
        resource=cast("Any", SimpleNamespace(group=GROUP, plural=PLURAL)), namespace=cast("Any", "team")
    ):
        watch.store.put(resource(key=ObjectKey("team", "new"), uid="new"))
    assert watch.known() == {"a", "b", "c", "new"}


async def test_a_change_that_the_store_knows_is_left_out_and_a_newer_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = Watch(monkeypatch, change("a", "1"), change("a", "2"))
    assert await watch.run() == [change("a", "2")]


async def test_a_watch_of_another_kind_passes_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(monkeypatch, LISTED)
    assert await watch.run(group="apps") == [LISTED]
    assert watch.known() == {"a", "b", "c"}


@pytest.mark.parametrize(
    "error",
    [
        watching.WatchingError("etcdserver: no leader"),
        ValueError("Expecting value: line 1 column 1"),
        errors.APIClientError("The provided continue parameter is too old", status=410, headers={}),
    ],
    ids=["in the middle of the watch", "a line that is not JSON", "between the pages of a list"],
)
async def test_an_error_in_the_middle_ends_a_watch_and_not_the_process(
    monkeypatch: pytest.MonkeyPatch, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    assert await Watch(monkeypatch, event("a"), error).run() == [event("a")]
    assert "The API server broke a watch off. It is begun anew with a list." in caplog.messages


async def test_a_kind_that_is_no_longer_served_ends_a_watch_and_forgets_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = Watch(monkeypatch, event("a"), UNSERVED)
    assert await watch.run() == [event("a")]
    assert watch.known() == {"a", "b", "c"}


class TestAnswer404:
    """What is told of it. The watch is begun anew each second."""

    @pytest.mark.parametrize("group", [GROUP, "apps"], ids=["one of our kinds", "another kind"])
    async def test_to_a_watch_is_told_once(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, group: str
    ) -> None:
        watch = Watch(monkeypatch, UNSERVED)
        for _ in range(3):
            await watch.run(group=group)
        (told,) = caplog.messages
        assert told.startswith(f"The API server answers 404 to the watch of {PLURAL}.{group},")

    async def test_is_told_again_when_the_kind_was_served_meanwhile(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        watch = Watch(monkeypatch, UNSERVED)
        await watch.run()
        watch.events = (LISTED, UNSERVED)
        await watch.run()
        assert len(caplog.messages) == 2

    async def test_for_a_crd_that_is_gone_is_told_by_the_middleware_only(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        watch = Watch(monkeypatch, UNSERVED)
        url = f"https://api/apis/{GROUP}/{VERSION}/{PLURAL}"
        await pass_answer(watch.access, 200, url)
        await pass_answer(watch.access, 404, url)
        caplog.clear()
        await watch.run()
        assert caplog.messages == []


async def test_a_refusal_ends_the_process_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.APIForbiddenError):
        await Watch(monkeypatch, errors.APIForbiddenError(status=403, headers={})).run()


def test_kopf_looks_its_watch_up_where_it_is_replaced() -> None:
    before = watching.continuous_watch
    assert "continuous_watch" in watching.infinite_watch.__code__.co_names
    with gaps_closed([], NamespaceAccess()):
        assert watching.continuous_watch is not before
    assert watching.continuous_watch is before
