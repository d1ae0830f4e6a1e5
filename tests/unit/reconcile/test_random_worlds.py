"""Random worlds: edits, deletions, restarts, people at the portal, stale reads and lost answers in any order.

`make worlds` makes more of them than the suite does, and others each time.
"""

import os
from collections import Counter
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from entrasync.api.conditions import ConditionType
from entrasync.api.job.restart import RestartSpec
from entrasync.api.names import RESTART_ANNOTATION
from entrasync.api.policies import RestartScope, ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.facts import OTHER_PRINCIPAL, PRINCIPAL, application, desired
from tests.support.random_world.faults import BrokenPromise, Fault
from tests.support.random_world.promises import FOREIGN_KEYS
from tests.support.random_world.replicated_graph import TEMPLATES, WRITES
from tests.support.random_world.wishes import (
    FORBIDS,
    SCHEMAS,
    SOURCES,
    answers,
    changes,
    specs,
    tokens,
    watch_schema,
)
from tests.support.random_world.world import World

SECRET = ObjectKey("identity", "scim")
LOOKS: Counter[str] = Counter()
"""How often the worlds of a run looked at each promise."""

PROMISES = WRITES | {
    "a dangerous restart",
    "a restart by request",
    "a restart by spec",
    "a restart by periodic",
    "a restart that is sent again",
    "a request that ends as Success",
    "a request that ends as Unknown",
    "a schema that is written",
    "Ready with a schema of spec",
    "Ready",
    "Ready of a job in quarantine",
    "a save beside keys of others",
    "a start soon after another",
    "the end of a resource that adopted its job",
}

WAITS_FOR_OTHERS = frozenset({"NoJobToObserve", "WaitingForOtherCreate"})
ENOUGH_WORLDS = 300
"""So many come near each promise. The few of the suite, which are others after each change of this file, may not."""

PATIENCE_FOR_REQUESTS = timedelta(hours=2)
"""A request waits for its job for an hour, counted from a time that a clock has written which was wrong by 80 minutes.
"""

READS = ("list_jobs", "get_job", "list_secrets", "validate_credentials", "get_schema", "parse_expression")
LAGS = [timedelta(0), timedelta(seconds=20), timedelta(minutes=3), timedelta(minutes=10)]

NAMES = ("first", "second", "third")
names = st.sampled_from(NAMES)
principals = st.sampled_from([PRINCIPAL, OTHER_PRINCIPAL])
templates = st.sampled_from(TEMPLATES)
pauses = st.sampled_from([timedelta(seconds=1), timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=20)])


class RandomWorld(RuleBasedStateMachine):
    """Whatever happens, no promise is broken, and in peace everything settles."""

    @initialize(
        applied=st.lists(st.tuples(principals, templates, specs), min_size=2, max_size=3),
        is_replacing=st.booleans(),
        is_adopting=st.booleans(),
        has_settled=st.booleans(),
    )
    def begin(
        self,
        applied: list[tuple[str, str, dict[str, Any]]],
        is_adopting: bool,
        is_replacing: bool,
        has_settled: bool,
    ) -> None:
        self.world = World()
        self.world.graph.replaces_secrets = is_replacing
        self.world.graph.secrets[PRINCIPAL]["UserName"] = "somebody"
        self.world.secrets.put(SECRET, token="t0k3n")
        if is_adopting:
            self.create_at_the_portal(*applied[0][:2])
        for name, (principal, template, spec) in zip(NAMES, applied, strict=False):
            self.apply(name, principal, template, spec)
        if has_settled:
            self.world.live(timedelta(minutes=1))

    @rule(name=names, principal=principals, template=templates, spec=specs)
    def apply(self, name: str, principal: str, template: str, spec: dict[str, Any]) -> None:
        if ObjectKey("identity", name) not in self.world.server.stored:
            self.world.apply(name, desired(service_principal_id=principal, template_id=template, **spec))

    @rule(name=names, principal=principals, template=templates)
    def apply_while_answers_are_lost_and_replicas_lag(self, name: str, principal: str, template: str) -> None:
        self.world.graph.faults["create_job"].append(Fault.LOST_BUT_DONE)
        self.lag(timedelta(minutes=3), [True])
        self.apply(name, principal, template, {})
        self.world.live(timedelta(minutes=1))

    @rule(name=names, change=changes, is_seen=st.booleans())
    def edit(self, name: str, change: dict[str, Any], is_seen: bool) -> None:
        self.world.edit(ObjectKey("identity", name), is_seen=is_seen, **change)

    @rule(name=names, state=st.sampled_from(ScheduleState))
    def start_or_pause(self, name: str, state: ScheduleState) -> None:
        self.world.edit(ObjectKey("identity", name), schedule_state=state)
        self.world.live(timedelta(seconds=30))

    @rule(name=names, state=st.sampled_from(ScheduleState), forbids=st.sampled_from(FORBIDS))
    def forbid_writes_just_before_one_is_sent(self, name: str, state: ScheduleState, forbids: dict[str, Any]) -> None:
        key = ObjectKey("identity", name)
        for call in WRITES:
            self.world.graph.before[call] = lambda: self.world.edit(key, **forbids)
        self.start_or_pause(name, state)

    @rule(name=names, scope=st.sampled_from(["All", "AssignedOnly"]))
    def change_the_scope(self, name: str, scope: str) -> None:
        self.world.edit(ObjectKey("identity", name), application=application(scope=scope))
        self.world.live(timedelta(seconds=30))

    @rule(name=names, token=tokens, is_dangerous=st.booleans(), faults=answers)
    def ask_for_a_restart(self, name: str, token: str, is_dangerous: bool, faults: list[Fault]) -> None:
        self.world.graph.faults["restart_job"].extend(faults)
        scope = [RestartScope.FORCE_DELETES] if is_dangerous else None
        wish = RestartSpec(token=token, scope=scope, acknowledge_dangerous=is_dangerous)
        self.world.edit(ObjectKey("identity", name), restart=wish)
        self.world.live(timedelta(minutes=2))

    @rule(name=names, token=tokens, faults=answers)
    def ask_for_a_restart_by_the_annotation(self, name: str, token: str, faults: list[Fault]) -> None:
        self.world.graph.faults["restart_job"].extend(faults)
        self.world.annotate(ObjectKey("identity", name), RESTART_ANNOTATION, token)
        self.world.live(timedelta(minutes=2))

    @rule(name=names, source=st.sampled_from(SOURCES))
    def change_the_schema(self, name: str, source: str) -> None:
        self.world.edit(ObjectKey("identity", name), schema=SCHEMAS[source])
        self.world.live(timedelta(seconds=30))

    @rule(number=st.integers(0, 5), source=st.sampled_from(SOURCES))
    def change_a_schema_at_the_portal(self, number: int, source: str) -> None:
        if jobs := list(self.world.graph.jobs):
            self.world.change_schema(jobs[number % len(jobs)], "userName", source)

    @rule(name=names, faults=answers)
    def provision_on_demand(self, name: str, faults: list[Fault]) -> None:
        self.world.graph.faults["provision_on_demand"].extend(faults)
        self.world.request(name)
        self.world.live(timedelta(seconds=5))

    @rule(name=names, is_seen=st.booleans())
    def delete(self, name: str, is_seen: bool) -> None:
        self.world.edit(ObjectKey("identity", name), is_seen=is_seen, is_deleting=True)
        self.world.live(timedelta(seconds=5))

    @rule(name=names)
    def show(self, name: str) -> None:
        self.world.show(ObjectKey("identity", name))

    @rule(name=names, change=changes, call=st.sampled_from(sorted(WRITES) + list(READS)))
    def edit_within_a_call(self, name: str, change: dict[str, Any], call: str) -> None:
        key = ObjectKey("identity", name)
        self.world.graph.during[call] = lambda: self.world.edit(key, **change)

    @rule(call=st.sampled_from(sorted(WRITES)), fault=st.sampled_from(Fault))
    def fail_a_write(self, call: str, fault: Fault) -> None:
        self.world.graph.faults[call].append(fault)

    @rule(call=st.sampled_from(READS), fault=st.sampled_from([Fault.UNREACHABLE, Fault.THROTTLED, Fault.KILLED_AFTER]))
    def fail_a_read(self, call: str, fault: Fault) -> None:
        self.world.graph.faults[call].append(fault)

    @rule(failures=st.integers(1, 4))
    def lose_the_api_server(self, failures: int) -> None:
        self.world.server.failures.extend([ApiServerUnavailable("down")] * failures)

    @rule(writes=st.integers(0, 4), moment=st.sampled_from(["before", "after"]))
    def die_around_a_write_to_the_api_server(self, writes: int, moment: str) -> None:
        self.world.server.deaths.extend([""] * writes + [moment])

    @rule(error=st.sampled_from([-40, -20, 0, 20, 40]))
    def restart(self, error: int) -> None:
        self.world.restart(timedelta(minutes=error))

    @rule(lag=st.sampled_from(LAGS), pattern=st.lists(st.booleans(), min_size=1, max_size=4))
    def lag(self, lag: timedelta, pattern: list[bool]) -> None:
        self.world.graph.lag, self.world.graph.is_lagging = lag, cycle(pattern)

    @rule(principal=principals, template=templates)
    def create_at_the_portal(self, principal: str, template: str) -> None:
        self.world.graph.add_job(principal, template, is_of_operator=False)

    @rule(
        number=st.integers(0, 5),
        state=st.sampled_from([("Active", "NotRun"), ("Disabled", "Paused"), ("Active", "Quarantine")]),
    )
    def change_at_the_portal(self, number: int, state: tuple[str, str]) -> None:
        if jobs := list(self.world.graph.jobs):
            self.world.graph.change(jobs[number % len(jobs)], state=state[0], code=state[1])

    @rule(principal=principals, key=st.sampled_from(FOREIGN_KEYS), value=st.sampled_from(["a", "b"]))
    def save_a_secret_at_the_portal(self, principal: str, key: str, value: str) -> None:
        self.world.graph.secrets[principal][key] = value

    @rule(token=st.sampled_from(["t0k3n", "n3w"]))
    def rotate_the_token(self, token: str) -> None:
        self.world.secrets.put(SECRET, token=token)

    @rule(name=names)
    def quarantine_the_job_of(self, name: str) -> None:
        held = self.world.held_job_id(ObjectKey("identity", name))
        if held in self.world.graph.jobs:
            self.world.graph.change(str(held), state="Active", code="Quarantine")
            self.world.live(timedelta(minutes=6))

    @rule(number=st.integers(0, 5))
    def delete_at_the_portal(self, number: int) -> None:
        if jobs := list(self.world.graph.jobs):
            self.world.graph.remove(jobs[number % len(jobs)])

    @rule(elapsed=st.sampled_from([timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=20)]))
    def live_briefly(self, elapsed: timedelta) -> None:
        self.world.live(elapsed)

    @rule()
    def live_for_minutes(self) -> None:
        self.world.live(timedelta(minutes=3))

    @rule(elapsed=pauses)
    def live(self, elapsed: timedelta) -> None:
        self.world.live(elapsed)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.heal()
        self.world.live(timedelta(hours=2))
        for key, resource in self.world.server.stored.items():
            if not resource.is_suspended and not is_settled(resource):
                raise BrokenPromise(f"{key} has not settled in two hours of peace: {resource.status}")
            self.world.restarts.watch_settled(resource)
            watch_schema(self.world, resource)
        if not self.world.requests.are_finished:
            self.world.live(PATIENCE_FOR_REQUESTS)
        self.world.requests.watch_settled()
        LOOKS.update(self.world.promises.looks)


def is_settled(resource: Resource) -> bool:
    """Whether a resource is as wanted, or says what only a person or another resource can change."""
    record = resource.record
    if record.is_true(ConditionType.READY) or record.is_true(ConditionType.STALLED):
        return True
    waits = [entry["reason"] for entry in resource.status.get("conditions", ()) if entry["type"] == "Reconciling"]
    return bool(WAITS_FOR_OTHERS.intersection(waits))


SETTINGS = settings(
    max_examples=int(os.environ.get("RANDOM_WORLDS", "16")),
    derandomize="RANDOM_WORLDS" not in os.environ,  # the suite makes the same worlds each time
    stateful_step_count=50,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(0 if "RANDOM_WORLDS" in os.environ else 600)  # it computes for half a minute on an idle machine
def test_no_promise_is_broken_whatever_happens_in_a_world() -> None:
    LOOKS.clear()
    run_state_machine_as_test(RandomWorld, settings=SETTINGS)
    if SETTINGS.max_examples >= ENOUGH_WORLDS:
        assert PROMISES - set(+LOOKS) == set(), "no world has come near these promises"
