"""What an operator under test works with: a namespace of a real API server, a simulated Graph, and its process."""

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from entrasync.api.names import API_VERSION, KIND, PLURAL, WATCH_LABEL
from graph_simulator.control_client.client import SimulatorClient
from graph_simulator.process import Launch
from local_stack import OperatorLaunch, OperatorProcess, WorldTime
from tests.support.cluster import Cluster, Object, has_condition
from tests.support.polling import HANG_SECONDS, until
from tests.support.warm_start import fork_operator, fork_simulator

FAST = 60.0
"""Simulated seconds per real second: a cycle of 40 minutes takes 40 s, a poll interval of 5 minutes takes 5 s."""

BRIEF = 10.0
"""Simulated seconds of an initial cycle. While one runs, its progress is read and written twice a minute."""


@dataclass
class OperatorEnvironment:
    """A namespace, a simulator and an operator. `operator` is None while none runs."""

    cluster: Cluster
    namespace: str
    simulator: SimulatorClient
    launch: OperatorLaunch
    log: Path
    operator: OperatorProcess | None = None
    applied: list[str] = field(default_factory=list)
    """The resources made here that are not suspended yet."""
    made: dict[str, Object] = field(default_factory=dict)
    """The resources as they were when they were made here, by name."""
    secrets: set[str] = field(default_factory=set, repr=False)
    """Every value put into a Secret. All environments on one simulator share this set."""

    @property
    def world_time(self) -> WorldTime:
        """The time that simulator and operator share."""
        return self.launch.world_time

    def start_operator(self, *, is_awaited: bool = True) -> OperatorProcess:
        """Start the operator."""
        self.operator = OperatorProcess.start(self.launch, self.log, is_awaited=is_awaited, begin=fork_operator)
        return self.operator

    def kill_operator(self) -> None:
        """Kill the operator, as a crash would."""
        assert self.operator is not None
        self.operator.kill()
        self.operator = None

    def apply_job(self, principal: str, *, name: str = "", template: str | Object = "scim", **spec: Any) -> str:
        """Create a SynchronizationJob and return its name; `spec` takes the other fields as the CRD spells them."""
        name = name or f"job-{uuid.uuid4().hex[:8]}"
        meant = {"id": template} if isinstance(template, str) else template
        body = {"servicePrincipal": {"objectId": principal}, "template": meant} | spec
        metadata = {"name": name, "namespace": self.namespace}
        manifest = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": body}
        self.made[name] = self.cluster.create(PLURAL, manifest, self.namespace)
        self.applied.append(name)
        return name

    def suspend_jobs(self) -> None:
        """Suspend all resources made here, so that the polls of one test are no load for the next."""
        for name in self.applied:
            if self.cluster.find(API_VERSION, PLURAL, name, self.namespace) is not None:
                self.change_job(name, suspend=True)
        self.applied.clear()

    def change_job(self, name: str, **spec: Any) -> Object:
        """Merge-patch the spec of a resource; None removes a field."""
        return self.cluster.patch(API_VERSION, PLURAL, name, self.namespace, merge={"spec": spec})

    def annotate(self, name: str, **annotations: str | None) -> Object:
        """Set annotations of ours: `job_id="..."` is `entrasync.io/job-id`; None removes one."""
        ours = {f"entrasync.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
        merge = {"metadata": {"annotations": ours}}
        return self.cluster.patch(API_VERSION, PLURAL, name, self.namespace, merge=merge)

    def job(self, name: str) -> Object:
        """Read a resource."""
        return self.cluster.get(API_VERSION, PLURAL, name, self.namespace)

    def delete_job(self, name: str) -> None:
        """Ask for the deletion of a resource."""
        self.cluster.delete(API_VERSION, PLURAL, name, self.namespace)

    def wait_gone(self, name: str, within_seconds: float = HANG_SECONDS) -> None:
        """Wait until a resource is deleted."""
        self.cluster.wait_gone(API_VERSION, PLURAL, name, self.namespace, within_seconds=within_seconds)

    def delete_namespace(self) -> None:
        """Ask for the deletion of the namespace. Only a control plane with controllers completes it."""
        self.cluster.delete("v1", "namespaces", self.namespace)

    def wait_namespace_gone(self, within_seconds: float = HANG_SECONDS) -> None:
        """Wait until the namespace is deleted. Controllers begin after 5 s and look again 8 s later."""
        self.cluster.wait_gone("v1", "namespaces", self.namespace, within_seconds=within_seconds)

    def apply_secret(self, name: str, data: Mapping[str, str], *, is_labelled: bool = True) -> str:
        """Create or change a Secret, labelled for the operator unless said otherwise."""
        self.secrets.update(value for key, value in data.items() if not key.endswith(".crt"))
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        labels = {WATCH_LABEL: "true"} if is_labelled else {}
        labelled = {"metadata": {"labels": labels}}
        metadata = {"name": name, "namespace": self.namespace, "labels": labels}
        manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded}
        if self.cluster.find("v1", "secrets", name, self.namespace) is None:
            self.cluster.create("secrets", manifest, self.namespace)
        else:
            self.cluster.patch("v1", "secrets", name, self.namespace, merge={"data": encoded} | labelled)
        return name

    def wait(
        self, name: str, holds: Callable[[Object], object], what: str, within_seconds: float = HANG_SECONDS
    ) -> Object:
        """Wait until `holds` is true of a resource; return it as it is then."""
        try:
            return self.cluster.wait_for(
                API_VERSION, PLURAL, name, self.namespace, holds=holds, what=what, within_seconds=within_seconds
            )
        except AssertionError as error:
            tail = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
            raise AssertionError(f"{error}\nThe operator's log ends:\n{tail}") from error

    def wait_condition(
        self, name: str, kind: str, status: str = "True", *, reason: str = "", within_seconds: float = HANG_SECONDS
    ) -> Object:
        """Wait until a condition has a status, and a reason if one is given; return the resource."""

        def holds(found: Object) -> bool:
            return has_condition(found, kind, status) and reason in {"", condition(found, kind).get("reason")}

        return self.wait(name, holds, f"{kind} is {status} {reason}".rstrip(), within_seconds)

    def wait_shown(self, name: str, kind: str, *, reason: str = "", since: Object | None = None) -> Object:
        """Wait until a condition is True, for a reason if one is given, or was since the resource was made.

        With `since`, a version of the resource, what was before that does not count. Returns it as it was then. What
        passes by itself is waited for in this way: a look at the resource may come too late for it.
        """

        def holds(found: Object) -> bool:
            seen = condition(found, kind)
            return seen.get("status") == "True" and reason in {"", seen.get("reason")}

        what = f"{kind} is True {reason}".rstrip()
        return self.cluster.wait_shown(API_VERSION, PLURAL, since or self.made[name], holds=holds, what=what)

    def wait_ready(self, name: str, within_seconds: float = HANG_SECONDS) -> Object:
        """Wait until Ready is True for the present generation."""

        def holds(found: Object) -> bool:
            is_current = found["status"].get("observedGeneration") == found["metadata"]["generation"]
            return is_current and has_condition(found, "Ready")

        return self.wait(name, holds, "Ready is True", within_seconds)

    def wait_stalled(self, name: str, reason: str, within_seconds: float = HANG_SECONDS) -> str:
        """Wait until a resource is Stalled for a reason, and not Ready; return the message."""
        found = self.wait_condition(name, "Stalled", reason=reason, within_seconds=within_seconds)
        assert condition(found, "Ready")["status"] == "False"
        assert not condition(found, "Reconciling")
        return str(condition(found, "Stalled")["message"])

    def wait_polls(self, *principals: str, count: int = 3) -> None:
        """Wait until the jobs of service principals were listed `count` more times, and those passes have ended."""
        so_far = self.simulator.journal()[-1].sequence
        for principal in principals:
            # One more: the pass that made a list call has ended when the next one begins.
            self.simulator.journal(operation="listJobs", service_principal=principal, after=so_far, at_least=count + 1)

    def writes(self, principal: str) -> list[str]:
        """List the writes to Graph on a service principal, in order. To have an expression read is a POST and none."""
        made = self.simulator.journal(service_principal=principal)
        return [entry.operation for entry in made if entry.method != "GET" and entry.operation != "parseExpression"]

    def reasons(self, name: str) -> list[str]:
        """List the reasons of the Events of a resource, oldest first."""
        return [event["reason"] for event in self.events(name)]

    def wait_reasons(self, name: str, reasons: list[str]) -> None:
        """Wait until these are the Events of a resource, in this order. Events are posted a little late."""
        until(lambda: self.reasons(name), lambda found: found == reasons, what=f"{reasons} are the Events of {name}")

    def wait_events(self, name: str, reason: str, *, times: int) -> None:
        """Wait until a resource has exactly so many Events with a reason."""
        what = f"{name} has {times} Events {reason}"
        until(lambda: self.reasons(name).count(reason), lambda count: count == times, what=what)

    def events(self, name: str) -> list[Object]:
        """List the Events of a resource, oldest first."""
        found = self.cluster.list("v1", "events", self.namespace)
        mine = [event for event in found if event["involvedObject"]["name"] == name]
        return sorted(mine, key=lambda event: int(event["metadata"]["resourceVersion"]))

    def wait_event(self, name: str, reason: str, within_seconds: float = HANG_SECONDS) -> Object:
        """Wait for an Event with a reason."""
        seen = until(
            lambda: [event for event in self.events(name) if event["reason"] == reason],
            what=f"an Event {reason} of {name}",
            within_seconds=within_seconds,
        )
        return seen[0]

    def calls(self, principal: str) -> list[str]:
        """List the calls to Graph about a service principal, in order."""
        return [entry.operation for entry in self.simulator.journal(service_principal=principal)]


def condition(found: Object, kind: str) -> Object:
    """Return a condition of a resource by type; empty when it has none."""
    conditions = found.get("status", {}).get("conditions", [])
    return next((entry for entry in conditions if entry["type"] == kind), {})


@contextmanager
def open_environment(
    cluster: Cluster,
    folder: Path,
    *,
    rate: float = FAST,
    flags: tuple[str, ...] = (),
    starts: bool = True,
    cluster_wide: bool = False,
    beside: tuple[str, ...] = (),
    kubeconfig: Path | None = None,
    seed: int = 1,
) -> Iterator[OperatorEnvironment]:
    """Open a namespace, a simulator and, unless `starts` is False, an operator.

    The operator watches that namespace and those `beside` it, or with `cluster_wide` all of them; `another_namespace`
    then makes more. It has all rights, unless a `kubeconfig` says who it is. With another `seed` than other tests have,
    the simulator has other ids than theirs, which a test needs that looks at the resources of all namespaces.
    """
    namespace = make_namespace(cluster)
    world_time = WorldTime.starting_now(rate)
    graph = folder / "graph"
    launch = Launch(clock_start=world_time.start, clock_origin=world_time.origin, clock_rate=world_time.rate, seed=seed)
    with SimulatorClient.run(graph, launch, begin=fork_simulator) as simulator:
        simulator.switch(initial_cycle_seconds=BRIEF)
        namespaces = () if cluster_wide else (namespace, *beside)
        account = kubeconfig or cluster.plane.kubeconfig
        operator_launch = OperatorLaunch(account, graph, world_time, namespaces, flags=("--log-level=debug", *flags))
        with _running_operator(
            OperatorEnvironment(cluster, namespace, simulator, operator_launch, folder / "operator.log"), starts=starts
        ) as environment:
            yield environment


def another_namespace(environment: OperatorEnvironment) -> OperatorEnvironment:
    """Make one more namespace for an operator that watches all of them, on the same simulator."""
    return replace(environment, namespace=make_namespace(environment.cluster), applied=[])


@contextmanager
def open_second_operator(
    environment: OperatorEnvironment,
    *,
    flags: tuple[str, ...] = (),
    secret_file: Path | None = None,
    variables: Mapping[str, str] | None = None,
    starts: bool = True,
) -> Iterator[OperatorEnvironment]:
    """Open a second namespace with an operator of its own, on the same simulator."""
    namespace = make_namespace(environment.cluster)
    flags = ("--log-level=debug", *flags)
    launch = replace(
        environment.launch, namespaces=(namespace,), flags=flags, secret_file=secret_file, environment=variables or {}
    )
    log = environment.log.with_name(f"{namespace}.log")
    second = OperatorEnvironment(
        environment.cluster, namespace, environment.simulator, launch, log, secrets=environment.secrets
    )
    with _running_operator(second, starts=starts):
        yield second


@contextmanager
def open_two_namespaces(environment: OperatorEnvironment) -> Iterator[tuple[OperatorEnvironment, OperatorEnvironment]]:
    """Open two namespaces with one operator for both, on the same simulator."""
    namespaces = (make_namespace(environment.cluster), make_namespace(environment.cluster))
    launch = replace(environment.launch, namespaces=namespaces)
    log = environment.log.with_name(f"{namespaces[0]}.log")
    one = OperatorEnvironment(
        environment.cluster, namespaces[0], environment.simulator, launch, log, secrets=environment.secrets
    )
    with _running_operator(one, starts=True):
        yield one, replace(one, namespace=namespaces[1], operator=None, applied=[])


@contextmanager
def _running_operator(environment: OperatorEnvironment, *, starts: bool) -> Iterator[OperatorEnvironment]:
    if starts:
        environment.start_operator()
    try:
        yield environment
    finally:
        if environment.operator is not None and environment.operator.process.poll() is None:
            environment.operator.stop()


def make_namespace(cluster: Cluster) -> str:
    """Make a namespace with a name of its own."""
    name = f"work-{uuid.uuid4().hex[:10]}"
    cluster.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name
