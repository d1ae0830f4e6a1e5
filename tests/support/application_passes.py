"""Passes of a resource with spec.application: it is applied, settles, and is polled later."""

from datetime import timedelta
from typing import Any

from entrasync.api.job.application import ApplicationSpec
from entrasync.core.decision.errors import Refused
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import JOB, application, desired, remote_job, resource
from tests.support.graph_answers import refused
from tests.support.reconciler_harness import ReconcilerHarness

SECRET = ObjectKey("identity", "scim")
CREDENTIALS = application("BaseAddress=https://scim", "SecretToken<scim.token")
POLL = timedelta(minutes=5)
HOUR = timedelta(hours=1, minutes=1)
UNTIL_SURE = timedelta(seconds=75)
"""The time after which a key that does not show counts as lost."""


def refused_by_target(code: str = "InvalidCredentials") -> Refused:
    """Return what Graph answers when the target application refuses the credentials."""
    return refused(400, code=code, message="The target said no.")


def apply_application(harness: ReconcilerHarness, spec: ApplicationSpec = CREDENTIALS, **wish: Any) -> ObjectKey:
    """Apply a resource that is new, so that its job is still to be created."""
    return harness.apply(resource(desired(application=spec, **wish), finalizers=()))


async def settle_application(harness: ReconcilerHarness, spec: ApplicationSpec = CREDENTIALS, **wish: Any) -> ObjectKey:
    """Apply a resource and reconcile it until its job runs with its secrets saved; forget the calls made so far."""
    key = apply_application(harness, spec, **wish)
    await harness.run(key)
    harness.graph.add(remote_job(harness.server.stored[key].held_job_id or JOB))
    await harness.run(key)
    harness.graph.calls.clear()
    harness.graph.put.clear()
    harness.graph.tried.clear()
    harness.recorded.events.clear()
    return key


async def poll_later(harness: ReconcilerHarness, key: ObjectKey, delay: timedelta = POLL) -> None:
    """Reconcile a resource once when so much time has passed."""
    harness.clock.move(delay)
    await harness.run(key)


async def lose_foreign_secret(harness: ReconcilerHarness) -> ObjectKey:
    """Have a save remove a secret of somebody else."""
    key = await settle_application(harness)
    harness.graph.secrets["UserName"] = "somebody"
    await poll_later(harness, key, HOUR)
    harness.graph.store = lambda entries: {**entries, "UserName": ""}
    harness.secrets.put(SECRET, token="n3w")
    await poll_later(harness, key)
    await harness.run_until(key, UNTIL_SURE)
    harness.graph.store = dict
    return key
