"""Schemas may have megabytes. While one is read, merged, compared or packed, the event loop goes on."""

import asyncio

import pytest

from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import JOB
from tests.support.held_computation import HeldComputation
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schema_holders import MAIL, held
from tests.support.schemas import graph_schema, replacing_wish, schema_wish

EMPTY = b'{"synchronizationRules": [], "directories": []}'
REPLACED, MERGED = replacing_wish("exported"), schema_wish(MAIL)


@pytest.mark.parametrize(
    ("module", "name", "wish"),
    [
        ("reader", "merge_schema", MERGED),
        ("reader", "replace_schema", REPLACED),
        ("sources", "read_document", REPLACED),
        ("backups", "pack_schema", MERGED),
    ],
)
async def test_another_task_runs_while_a_schema_is_computed(
    module: str, name: str, wish: SchemaSpec, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.graph.schemas[JOB] = graph_schema() | {"id": JOB}
    harness.config_maps.put(
        ObjectKey("identity", "exported"), schema__json=b'{"synchronizationRules": [], "directories": []}'
    )
    computation = HeldComputation(monkeypatch, f"entrasync.reconcile.schema.{module}", name)
    other = asyncio.create_task(computation.release())
    await harness.run(held(harness, wish))
    await other
    assert not any(computation.was_held_up)
    assert "put_schema" in harness.graph.writes
