"""Resources that hold a job and have a wish for its schema."""

from typing import Any

from entrasync.api.reasons import Reason
from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.decision.errors import OutcomeUnknown, Transient
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import JOB, desired, holder, remote_job
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schemas import PATH

MAIL = {"target": "userName", "attribute": "mail"}
LOWER = {"target": "userName", "expression": "ToLower([mail])"}
USER_NAME = f"{PATH}.attributeMappings[userName]"
LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")


def held(harness: ReconcilerHarness, wish: SchemaSpec, **spec: Any) -> ObjectKey:
    """Apply a resource that holds a job and has this wish for its schema."""
    harness.graph.add(remote_job())
    return harness.apply(holder(wish=desired(schema=wish, **spec)))


def source_of(harness: ReconcilerHarness, target: str = "userName") -> dict[str, Any]:
    """Return what flows into an attribute of the target."""
    [mapping] = [
        entry
        for entry in harness.graph.schemas[JOB]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        if entry["targetAttributeName"] == target
    ]
    found: dict[str, Any] = mapping["source"]
    return found
