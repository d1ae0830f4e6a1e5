"""What a process remembers of namespaces and service principals goes with their last resource."""

from collections.abc import Sized
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.resolved_names import Resolution
from entrasync.reconcile.application.memory import MAX_UNUSED, ApplicationMemoryStore
from tests.support.facts import desired, resource
from tests.support.reconciler_harness import ReconcilerHarness

RESOLUTION = Resolution("app", "principal", None, None, "scim")
UNSET = frozenset({"poll_interval", "management_policy", "deletion_policy"})
BOUNDED = {"_deleted_uids", "_replaced_uids"}
"""They hold a bounded number of uids."""


def sizes(remembering: Any) -> dict[str, int]:
    """Return how many entries each collection of an object has."""
    members = {name: member for name, member in vars(remembering).items() if name not in BOUNDED}
    return {name: len(member) for name, member in members.items() if isinstance(member, Sized)}


async def come_and_go(harness: ReconcilerHarness, name: str) -> None:
    """Apply a resource in a namespace and on a service principal of its own, make a pass, and remove it."""
    wish = desired(service_principal_id=f"principal-{name}", unset=UNSET, connection_name=None)
    key = harness.apply(resource(wish, key=ObjectKey(name, name), uid=f"uid-{name}", finalizers=()))
    harness.server.namespaces[name] = {"entrasync.io/default-poll-interval": "no duration"}
    await harness.run(key)
    harness.resources.remove(key, f"uid-{name}")
    await harness.run(key)


async def test_nothing_grows_by_namespaces_and_service_principals_that_are_gone(harness: ReconcilerHarness) -> None:
    remembering = [
        harness.resources,
        harness.memory,
        harness.collaborators.namespaces,
        harness.connections.find(resource()).listings,
    ]
    await come_and_go(harness, "first")
    before = [sizes(each) for each in remembering]
    for n in range(20):
        await come_and_go(harness, f"team-{n}")
    assert [sizes(each) for each in remembering] == before


def test_what_was_saved_is_kept_for_the_service_principals_in_use_and_a_few_others() -> None:
    memories = ApplicationMemoryStore()
    for n in range(1000):
        wish = desired(service_principal_id=f"principal-{n}")
        memories.recall(resource(wish, name=f"job-{n}", uid=f"uid-{n}"))
    memories.forget_unused({"principal-3"})
    assert set(memories._saved) == {"principal-3", *(f"principal-{n}" for n in range(1000 - MAX_UNUSED, 1000))}


def test_the_ids_behind_names_go_with_a_resource_that_another_one_has_replaced(harness: ReconcilerHarness) -> None:
    store = harness.resources
    for n in range(3):
        made = resource(desired(), uid=f"uid-{n}")
        store.put(made)
        store.remember_resolution(made, RESOLUTION)
    assert len(store._resolutions) == 1
