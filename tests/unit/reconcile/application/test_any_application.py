"""After any sequence of events our secrets are in Graph and those of others are unchanged."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import application, desired, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

SECRET = ObjectKey("identity", "scim")
SPECS = (
    application("BaseAddress=https://one", "SecretToken<scim.token", scope="All"),
    application("BaseAddress=https://two", "SecretToken<scim.token", "Password<scim.other", scope="AssignedOnly"),
    application("SecretToken<scim.token", validation="Never", skip="Skip"),
)
LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Down.")
REFUSED = Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "InvalidCredentials", "No.", ""))
FAILURES = {"lose": LOST, "cancel": asyncio.CancelledError(), "fail": DOWN, "refuse": REFUSED}
CALLS = ("list_secrets", "validate_credentials", "put_secrets", "restart_job", "list_jobs", "start_job")

STEPS = st.one_of(
    st.tuples(st.just("spec"), st.integers(0, len(SPECS) - 1)),
    st.tuples(st.just("rotate"), st.integers(0, 3)),
    st.tuples(st.just("drift"), st.sampled_from(["BaseAddress", "SyncAll", "SkipOutOfScopeDeletions"])),
    st.tuples(st.just("lose"), st.sampled_from(CALLS[1:4])),
    st.tuples(st.just("lose and do"), st.sampled_from(CALLS[1:4])),
    st.tuples(st.just("cancel"), st.sampled_from(CALLS)),
    st.tuples(st.just("cancel and do"), st.sampled_from(CALLS)),
    st.tuples(st.just("fail"), st.sampled_from(CALLS)),
    st.tuples(st.just("refuse"), st.just("validate_credentials")),
    st.tuples(st.just("restart"), st.just("")),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 900, 4000])),
)


class Life:
    """One resource and the events that happen to it."""

    def __init__(self) -> None:
        self.harness = ReconcilerHarness()
        self.harness.graph.secrets = {"UserName": "somebody", "Domain": "else"}
        self.spec = SPECS[0]
        self.token = "canary-0"
        self.put_secret()
        self.key = self.harness.apply(resource(desired(application=self.spec), finalizers=()))

    def put_secret(self) -> None:
        self.harness.secrets.put(SECRET, token=self.token, other=f"canary-other-{self.token}")

    async def step(self, what: str, with_: object) -> None:
        graph, call = self.harness.graph, str(with_)
        match what:
            case "spec":
                self.spec = SPECS[int(call)]
                self.harness.edit(self.key, desired=desired(application=self.spec))
            case "rotate":
                self.token = f"canary-{call}"
                self.put_secret()
            case "drift":
                graph.secrets[call] = "changed"
            case "lose" | "lose and do" if call == "validate_credentials":
                pass  # it changes nothing, so a lost answer does not matter
            case "lose" | "cancel" | "fail" | "refuse":
                graph.fail(call, FAILURES[what])
            case "lose and do" | "cancel and do":
                graph.fail(call, FAILURES[what.removesuffix(" and do")], is_done=True)
            case "restart":
                self.harness.restart()
            case "wait":
                self.harness.clock.move(timedelta(seconds=int(call)))
        with suppress(asyncio.CancelledError):  # as the engine does at the deadline of a pass
            await self.harness.run(self.key)

    async def settle(self) -> None:
        """Let nothing more happen but the cycles of its job."""
        self.harness.graph.failures.clear()
        for _ in range(40):
            self.harness.clock.move(timedelta(minutes=5))
            await self.harness.run(self.key)

    @property
    def wanted(self) -> dict[str, str]:
        entries = self.spec.credentials.given if self.spec.credentials else []
        secret = {"token": self.token, "other": f"canary-other-{self.token}"}
        refer = [entry.value_from.secret_key_ref if entry.value_from else None for entry in entries]
        pairs = zip(entries, refer, strict=True)
        values = {entry.key.value: secret[where.key] if where else str(entry.value) for entry, where in pairs}
        if self.spec.provisioning_scope:
            values["SyncAll"] = "true" if self.spec.provisioning_scope == "All" else "false"
        if self.spec.out_of_scope_deletions:
            values["SkipOutOfScopeDeletions"] = "True"
        return values


@pytest.mark.parametrize("puts_replace", [False, True], ids=["PUT merges", "PUT replaces"])
@settings(max_examples=60)
@example(steps=[("spec", 0), ("lose and do", "put_secrets"), ("spec", 1), ("spec", 0)])
@example(steps=[("spec", 0), ("cancel and do", "put_secrets"), ("spec", 1), ("spec", 0)])
@given(steps=st.lists(STEPS, max_size=12))
def test_any_sequence_of_events_ends_with_our_secrets_in_graph_and_no_others_changed(
    puts_replace: bool, steps: list[tuple[str, object]]
) -> None:
    """Whether a PUT of secrets replaces all of them or merges."""

    async def live() -> None:
        life = Life()
        life.harness.graph.puts_replace = puts_replace
        for what, with_ in steps:
            await life.step(what, with_)
        await life.settle()
        stored = life.harness.graph.secrets
        assert {key: stored.get(key) for key in life.wanted} == life.wanted
        assert (stored["UserName"], stored["Domain"]) == ("somebody", "else")
        assert life.harness.condition(life.key, "ForeignSecretLost") == ("", "")
        assert life.harness.condition(life.key, "Ready")[0] == "True"
        assert "operation" not in life.harness.status(life.key)
        reported = json.dumps([life.harness.server.patches, [event.message for event in life.harness.recorded.events]])
        assert "canary" not in reported
        await _is_quiet(life)

    asyncio.run(live())


async def _is_quiet(life: Life) -> None:
    """Checks that further polls write nothing, neither to Graph nor to the API server."""
    writes, patches = list(life.harness.graph.writes), len(life.harness.server.patches)
    for _ in range(3):
        life.harness.clock.move(timedelta(minutes=5))
        await life.harness.run(life.key)
    assert life.harness.graph.writes == writes
    assert len(life.harness.server.patches) == patches


def test_a_new_application_settles_before_anything_goes_wrong() -> None:
    """Otherwise the property above would be about nothing."""

    async def live() -> None:
        life = Life()
        await life.settle()
        assert life.harness.graph.writes[:3] == ["create_job", "put_secrets", "start_job"]
        life.harness.graph.add(remote_job(life.harness.server.stored[life.key].held_job_id or ""))

    asyncio.run(live())
