"""Follows by one watch, in a thread of its own, which of many resources are Ready and which have a paused job."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Event
from types import TracebackType
from typing import Self

from benchmarks.errors import NotMeasuredError
from local_stack import Cluster, NoChangeError, ObservedJob

STANDSTILL_SECONDS = 120.0
"""After so long without one more Ready resource a run is given up."""


class Sightings:
    """What a watch of one namespace has shown so far."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._changed = Condition()
        self._ready: set[str] = set()
        self._paused: set[str] = set()
        self._is_over = Event()
        self._thread = ThreadPoolExecutor(1)

    @property
    def ready(self) -> frozenset[str]:
        """The names of the resources that were Ready and mirrored at some time."""
        with self._changed:
            return frozenset(self._ready)

    def wait_ready(self, count: int) -> None:
        """Wait until so many resources were Ready.

        Raises:
            NotMeasuredError: For two minutes no further one became Ready.
        """
        seen = -1
        with self._changed:
            while len(self._ready) < count:
                if len(self._ready) == seen:
                    raise NotMeasuredError(f"{seen} of {count} resources became Ready, and then no other one")
                seen = len(self._ready)
                self._wait(lambda: len(self._ready) >= count, STANDSTILL_SECONDS)

    def wait_paused(self, name: str, seconds: float) -> None:
        """Wait at most so long until a resource is Ready and its job paused."""
        with self._changed:
            self._wait(lambda: name in self._paused, seconds)

    def _wait(self, holds: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not holds() and (left := deadline - time.monotonic()) > 0:
            self._changed.wait(left)

    def _follow(self) -> None:
        while not self._is_over.is_set():
            try:
                for job in self._cluster.watch_jobs(self._namespace):
                    self._note(job)
                    if self._is_over.is_set():
                        return
            except NoChangeError:
                continue

    def _note(self, job: ObservedJob) -> None:
        if not job.is_ready or not job.mirror:
            return
        schedule = (job.status.get("job") or {}).get("schedule") or {}
        with self._changed:
            self._ready.add(job.name)
            if schedule.get("state") == "Disabled":
                self._paused.add(job.name)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self._thread.submit(self._follow)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.shutdown()
