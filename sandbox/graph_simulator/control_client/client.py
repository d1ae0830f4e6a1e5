"""The client by which tests, demo and benches control a running simulator."""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from graph_simulator.control_client.clock import ClockControl
from graph_simulator.control_client.fault_handle import WAIT_TIMEOUT_SECONDS, ControlError, FaultHandle
from graph_simulator.control_client.identity import IdentityControl
from graph_simulator.control_client.target_apps import TargetAppControl
from graph_simulator.control_client.views import (
    Calls,
    CredentialValidationView,
    FaultView,
    JobView,
    JournalEntry,
    Principal,
    SecretWriteView,
)
from graph_simulator.process import Begin, Launch, begin_simulator, run_process

__all__ = [
    "Calls",
    "ControlError",
    "CredentialValidationView",
    "FaultHandle",
    "JobView",
    "JournalEntry",
    "Launch",
    "Principal",
    "SecretWriteView",
    "SimulatorClient",
]


class SimulatorClient(TargetAppControl, IdentityControl, ClockControl):
    """Controls a running simulator: service principals, jobs, identities, clock, faults and journal.

    It is synchronous, and an async test may call it directly, since each call takes about a millisecond. Methods that
    wait (`FaultHandle.wait_held`, `journal(at_least=...)`) block, so an async test runs them in a thread.

    Raises:
        ControlError: The simulator refused a call; every method may raise this, and the message says why.
    """

    @classmethod
    @contextmanager
    def run(cls, directory: Path, launch: Launch | None = None, *, begin: Begin = begin_simulator) -> Iterator[Self]:
        """Start a simulator in a folder, and stop it at the end of the block."""
        with run_process(directory, launch or Launch(), begin=begin), cls(directory) as simulator:
            yield simulator

    # Service principals

    def create_service_principals(
        self, count: int = 1, *, prefix: str = "app", templates: Sequence[str | dict[str, Any]] = ("scim",), **more: Any
    ) -> list[Principal]:
        """Create several at once. `more` applies to each: owners, tenant_id, creation (a replication, see `hide`)."""
        items = [{"display_name": f"{prefix}-{n}", "templates": list(templates)} | more for n in range(1, count + 1)]
        answer = self._call("POST", "/service-principals", {"items": items})
        return [Principal.model_validate(item) for item in answer["items"]]

    def create_service_principal(self, display_name: str = "app", **more: Any) -> Principal:
        """Create one. `more` may have id, app_id, tenant_id, templates, owners, creation."""
        answer = self._call("POST", "/service-principals", {"items": [{"display_name": display_name} | more]})
        return Principal.model_validate(answer["items"][0])

    def change_service_principal(self, principal: str, *, raw_list: bytes | None = None, **changes: Any) -> None:
        """Change owners, templates or creation, or replace its answer to the jobs list (`raw_list`, b"" to undo)."""
        if raw_list is not None:
            changes["raw_list_base64"] = _encode(raw_list) or None
        self._call("PATCH", f"/service-principals/{principal}", changes)

    def remove_service_principal(self, principal: str) -> None:
        """Remove one with its jobs."""
        self._call("DELETE", f"/service-principals/{principal}")

    # Jobs

    def jobs(self, service_principal: str = "") -> list[JobView]:
        """List all jobs, or those of a service principal, also those that Graph's callers do not see."""
        query = {"service_principal": service_principal} if service_principal else {}
        return [JobView.model_validate(item) for item in self._call("GET", "/jobs", query=query)["items"]]

    def job(self, job: str) -> JobView:
        """Read a job."""
        return JobView.model_validate(self._call("GET", f"/jobs/{quote(job)}"))

    def create_job(self, service_principal: str, template: str = "", *, started: bool = False) -> JobView:
        """Create a job as the portal does; the journal does not show it, and callers see it at once."""
        document = {"service_principal": service_principal, "template": template, "started": started}
        return JobView.model_validate(self._call("POST", "/jobs", document))

    def create_jobs(self, service_principals: Sequence[str], template: str = "", *, started: bool = False) -> list[str]:
        """Create a job of each service principal at once. Returns their ids."""
        document = {"service_principals": list(service_principals), "template": template, "started": started}
        return [item["id"] for item in self._call("POST", "/jobs/many", document)["items"]]

    def act(self, job: str, action: Literal["start", "pause", "restart", "delete"], *, scope: str = "") -> JobView:
        """Do to a job what the portal does; the journal does not show it. `scope` is that of a restart."""
        return JobView.model_validate(self._call("POST", f"/jobs/{quote(job)}/{action}", {"scope": scope}))

    def change_job(
        self, job: str, *, settings: Mapping[str, str | None] | None = None, interval: timedelta | None = None
    ) -> JobView:
        """Change settings by name (None removes) or the interval, as another client of Graph would."""
        document: dict[str, Any] = {} if settings is None else {"settings": dict(settings)}
        if interval is not None:
            document["interval"] = interval.total_seconds()
        return JobView.model_validate(self._call("PATCH", f"/jobs/{quote(job)}", document))

    def schema(self, job: str) -> dict[str, Any]:
        """Read the schema of a job."""
        return dict(self._call("GET", f"/jobs/{quote(job)}/schema"))

    def change_schema(self, job: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Replace rules and directories of a job's schema as another client of Graph would. Returns what it is then."""
        return dict(self._call("PUT", f"/jobs/{quote(job)}/schema", dict(schema)))

    def script(self, job: str, *outcomes: str | dict[str, Any], habit: str | dict[str, Any] | None = None) -> JobView:
        """Set how the next cycles end, and how all later ones end (`habit`).

        An outcome is a kind (`succeed`, `entry_errors`, `fail`, `quarantine`, `prune_escrows`) or the fields of
        `world.jobs.outcomes.Outcome`. A running cycle does not change.
        """
        document: dict[str, Any] = {"next": [_describe_outcome(outcome) for outcome in outcomes]}
        if habit is not None:
            document["habit"] = _describe_outcome(habit)
        return JobView.model_validate(self._call("POST", f"/jobs/{quote(job)}/script", document))

    def quarantine(self, job: str, reason: str, error: dict[str, Any] | None = None) -> JobView:
        """Put an active job into quarantine now; `error` has code, message and tenant_actionable."""
        document = {"reason": reason} | ({"error": error} if error else {})
        return JobView.model_validate(self._call("POST", f"/jobs/{quote(job)}/quarantine", document))

    def override(
        self,
        job: str,
        *,
        set: dict[str, Any] | None = None,  # noqa: A002 - the override's own name for it
        merge: dict[str, Any] | None = None,
        remove: Iterable[str] = (),
        raw: bytes | None = None,
    ) -> None:
        """Replace parts of Graph's answer about a job: see `world.overrides.Override`. Without arguments, undo it."""
        document: dict[str, Any] = {"set": set or {}, "merge": merge or {}, "remove": list(remove)}
        if raw is not None:
            document["raw_base64"] = _encode(raw)
        self._call("PUT", f"/jobs/{quote(job)}/override", document if any(document.values()) else {})

    def hide(self, job: str, *, seconds: float = 0, looks: int = 0, hides: Sequence[str] = ("list", "get")) -> None:
        """Hide a job that exists, for simulated seconds or for a number of `looks`; with neither, show it again."""
        document = {"seconds": seconds, "looks": looks, "hides": list(hides)}
        self._call("PUT", f"/jobs/{quote(job)}/unseen", document if seconds or looks else {})

    def replicate(self, *, creation: dict[str, Any] | None = None, deletion: dict[str, Any] | None = None) -> None:
        """Set how slowly new jobs and deletions replicate everywhere: seconds, looks, hides."""
        given = {"creation": creation, "deletion": deletion}
        self._call("PATCH", "/behaviour", {name: value for name, value in given.items() if value is not None})

    # Faults and switches

    def fault(self, action: str, **fields: Any) -> FaultHandle:
        """Add a fault: see `traffic.faults.Fault` for the fields."""
        body = fields.pop("body", None)
        document = {"action": action} | fields | ({} if body is None else {"body_base64": _encode(body)})
        view = FaultView.model_validate(self._call("POST", "/faults", document))
        return FaultHandle(view.id, self._call)

    def hold(self, operation: str, point: Literal["before", "after"] = "before", **fields: Any) -> FaultHandle:
        """Hold the next request of an operation before or after its effect."""
        return self.fault("hold", operation=operation, point=point, **fields)

    def clear_faults(self) -> None:
        """Remove all faults; requests that they hold go on."""
        self._call("DELETE", "/faults")

    def switch(self, **switches: Any) -> dict[str, Any]:
        """Change switches, and return all of them: see `world.switches.Switches`."""
        return self._call("PATCH", "/switches", switches)

    def set_latency(self, seconds: float) -> None:
        """Add real seconds to every call."""
        self._call("PATCH", "/behaviour", {"latency_seconds": seconds})

    def throttle(self, calls: int, seconds: float) -> None:
        """Allow `calls` in simulated `seconds` for each tenant, and answer 429 to more; 0 calls means no limit."""
        self._call("PATCH", "/behaviour", {"throttle": {"calls": calls, "seconds": seconds}})

    def limit_writes(self, at_once: int, per_second: float) -> None:
        """Allow each tenant so many writes at once and as many more per simulated second; 0 at once means no limit."""
        self._call("PATCH", "/behaviour", {"write_quota": {"at_once": at_once, "per_second": per_second}})

    def congest(self, share: float, *, longest_seconds: int, until: datetime | None = None, seed: int = 1) -> None:
        """Answer 429 to a share of all calls until a simulated time, with Retry-After up to `longest_seconds`."""
        end = until.isoformat() if until else None
        congestion = {"share": share, "longest_seconds": longest_seconds, "until": end, "seed": seed}
        self._call("PATCH", "/behaviour", {"congestion": congestion})

    # Journal

    def journal(
        self,
        *,
        operation: str = "",
        service_principal: str = "",
        job: str = "",
        after: int = 0,
        at_least: int = 0,
        idle: bool = False,
    ) -> list[JournalEntry]:
        """List the requests that match, oldest first.

        Waits until there are `at_least` that many, and with `idle` until none is under way.

        Raises:
            ControlError: There were fewer than `at_least` after WAIT_TIMEOUT_SECONDS.
        """
        query: dict[str, Any] = {"operation": operation, "service_principal": service_principal, "job": job}
        query |= {"after": after, "at_least": at_least} | ({"idle": 1} if idle else {})
        wait = WAIT_TIMEOUT_SECONDS if at_least or idle else 0
        items = self._call("GET", "/journal", query=query | {"wait": wait})["items"]
        if len(items) < at_least:
            raise ControlError(f"waited {wait:g} s for {at_least} requests {operation}, there were {len(items)}")
        return [JournalEntry.model_validate(item) for item in items]

    def calls(self) -> Calls:
        """Count all calls, those to the token service separately; unlike the journal, the counters are not bounded."""
        return Calls.model_validate(self._call("GET", "/calls"))

    def clear_journal(self) -> None:
        """Delete all entries and counters of the journal."""
        self._call("DELETE", "/journal")

    def reset(self) -> None:
        """Reset to an empty world with the default application, without faults and journal; the clock stays."""
        self._call("POST", "/reset")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _describe_outcome(outcome: str | dict[str, Any]) -> dict[str, Any]:
    return {"kind": outcome} if isinstance(outcome, str) else outcome
