"""The constraints of the conditions of all kinds. Little else in a status is constrained."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    max_items,
    max_length,
    one_of,
    required,
    status,
    unique_items,
)

CONDITIONS = ".status.conditions"
CONDITION: dict[str, Any] = {
    "type": "Ready",
    "status": "True",
    "observedGeneration": 1,
    "lastTransitionTime": "2026-11-21T03:00:00Z",
    "reason": "Healthy",
    "message": "",
}


def condition(**members: Any) -> Overlay:
    changed = CONDITION | members
    return status(conditions=[{name: value for name, value in changed.items() if value is not None}])


def _conditions(entries: list[dict[str, Any]]) -> Overlay:
    return status(conditions=entries)


def _typed(type_: str) -> dict[str, Any]:
    return CONDITION | {"type": type_}


STATUS = (
    *(
        required(f"{CONDITIONS}[]", name, condition(), condition(**{name: None}))
        for name in ("type", "status", "lastTransitionTime", "reason", "message")
    ),
    max_length(f"{CONDITIONS}[].type", lambda text: condition(type=text), 316),
    max_length(f"{CONDITIONS}[].reason", lambda text: condition(reason=text), 4096),
    max_length(f"{CONDITIONS}[].message", lambda text: condition(message=text), 32768),
    max_items(CONDITIONS, _conditions, 32, lambda n: _typed(f"Type{n}")),
    unique_items(CONDITIONS, "list-map type", _conditions, _typed("Ready"), _typed("Applied")),
    one_of(f"{CONDITIONS}[].status", lambda text: condition(status=text), "True", "False", "Unknown"),
    Constraint(
        f"{CONDITIONS}[].observedGeneration minimum",
        accepted=(condition(observedGeneration=0),),
        refused=(condition(observedGeneration=-1),),
        message="conditions[0].observedGeneration in body should be greater than or equal to 0",
    ),
    Constraint(
        f"{CONDITIONS}[].lastTransitionTime format",
        accepted=(condition(lastTransitionTime="2026-11-21T03:00:00.1234567Z"),),
        refused=(condition(lastTransitionTime="yesterday"),),
        message="conditions[0].lastTransitionTime in body must be of type date-time",
    ),
)
