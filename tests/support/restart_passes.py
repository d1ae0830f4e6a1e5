"""Passes of a resource whose user asks for restarts of its job."""

from dataclasses import replace
from typing import Any

from entrasync.api.job.restart import RestartSpec
from entrasync.api.policies import RestartScope
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import desired
from tests.support.reconciler_harness import ReconcilerHarness

DEFAULT = ("Watermark", "Escrows", "QuarantineState")


class Killed(Exception):
    """Stands for the end of the process in the middle of a call."""


def wish(token: str, *scope: RestartScope, **others: Any) -> Any:
    spec = {"token": token, "scope": list(scope) or None, "acknowledgeDangerous": True}
    return desired(restart=RestartSpec.model_validate(spec), **others)


def forced(token: str) -> Any:
    return wish(token, RestartScope.FORCE_DELETES)


async def settle(harness: ReconcilerHarness, **spec: Any) -> ObjectKey:
    """Have a resource that has held its running job for a while, without any token."""
    key = harness.apply_holder(**spec)
    await harness.run(key)
    return key


async def ask(harness: ReconcilerHarness, key: ObjectKey, token: str, *scope: RestartScope, **others: Any) -> None:
    harness.edit(key, desired=wish(token, *scope, **others))
    await harness.run(key)


def annotate(harness: ReconcilerHarness, key: ObjectKey, **annotations: str) -> None:
    """Set annotations, which makes no new generation. Names have underscores for hyphens, and no prefix."""
    known = harness.server.stored[key]
    named = {f"entrasync.io/{name.replace('_', '-')}": text for name, text in annotations.items()}
    harness.server.apply(replace(known, annotations={**known.annotations, **named}))


def messages(harness: ReconcilerHarness) -> list[str]:
    return [event.message for event in harness.recorded.events]


def recorded(harness: ReconcilerHarness, key: ObjectKey, channel: str = "spec") -> tuple[str, str]:
    found = harness.status(key)["restarts"][channel]
    return found["token"], found["outcome"]
