"""Our objects in all phases, from "not looked at yet" to the deletion."""

from collections.abc import AsyncIterator
from dataclasses import replace

from entrasync.api.names import CONNECTION_KIND, PROVISIONING_KIND
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.connection_harness import POLL, SECRET, ConnectionHarness, connection
from tests.support.facts import minutes
from tests.support.gitops import job_phases
from tests.support.gitops.phase import CURRENT, FAILED, IN_PROGRESS, TERMINATING, Phase, shown
from tests.support.graph_answers import DOWN, LOST
from tests.support.request_harness import RequestHarness


async def record_phases() -> list[Phase]:
    """Make all phases of all kinds."""
    sequences = (*job_phases.SEQUENCES, logged_in_connection, sent_request, refused_requests)
    return [phase for sequence in sequences async for phase in sequence()]


async def logged_in_connection() -> AsyncIterator[Phase]:
    harness = ConnectionHarness()
    made = connection()
    harness.apply(made)

    def phase(name: str, verdict: str) -> Phase:
        found = harness.store.get(harness.key)
        assert found is not None
        return Phase(CONNECTION_KIND, name, shown(found), verdict)

    yield phase("not looked at yet", IN_PROGRESS)
    harness.entra.trouble = True
    await harness.run()
    await harness.poll(3 * POLL)
    yield phase("Entra cannot be reached", IN_PROGRESS)
    harness.entra.trouble = False
    await harness.poll()
    yield phase("logged in", CURRENT)
    harness.apply(replace(made, generation=2))
    yield phase("edited, not looked at since", IN_PROGRESS)
    await harness.run()
    yield phase("edited, logged in", CURRENT)
    harness.secrets.put(SECRET, secret="wrong")
    harness.restart()
    await harness.poll()
    yield phase("Entra refuses the secret", FAILED)
    harness.secrets.remove(SECRET)
    await harness.poll()
    yield phase("its Secret is gone", FAILED)
    harness.apply(replace(made, generation=2, is_deleting=True))
    yield phase("deleted", TERMINATING)


def _phase_of_request(harness: RequestHarness, key: ObjectKey, name: str, verdict: str) -> Phase:
    return Phase(PROVISIONING_KIND, name, shown(harness.server.stored[key]), verdict)


async def sent_request() -> AsyncIterator[Phase]:
    harness = RequestHarness()
    key = harness.apply()
    yield _phase_of_request(harness, key, "not looked at yet", IN_PROGRESS)
    harness.graph.fail("get_schema", DOWN)
    await harness.run(key)
    yield _phase_of_request(harness, key, "accepted, not sent yet", IN_PROGRESS)
    sent: list[Phase] = []
    harness.graph.during["provision_on_demand"] = lambda: sent.append(
        _phase_of_request(harness, key, "sent, not answered yet", IN_PROGRESS)
    )
    harness.jobs.clock.move(minutes(1))
    await harness.run(key)
    yield sent[0]
    yield _phase_of_request(harness, key, "provisioned", CURRENT)
    harness.server.apply(replace(harness.server.stored[key], is_deleting=True))
    yield _phase_of_request(harness, key, "deleted", TERMINATING)


async def refused_requests() -> AsyncIterator[Phase]:
    harness = RequestHarness()
    key = harness.apply(jobRef={"name": "no-such-job"})
    await harness.run(key)
    yield _phase_of_request(harness, key, "there is no such job yet", IN_PROGRESS)
    held = harness.jobs.server.stored[harness.job_key].desired
    assert held is not None
    harness.jobs.edit(harness.job_key, desired=replace(held, is_suspended=True))
    key = harness.apply(name="of-a-suspended-job")
    await harness.run(key)
    yield _phase_of_request(harness, key, "its job is suspended", FAILED)
    harness = RequestHarness()
    harness.graph.fail("provision_on_demand", LOST)
    key = harness.apply()
    await harness.run(key)
    yield _phase_of_request(harness, key, "the answer was lost", FAILED)
