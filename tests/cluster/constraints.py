"""Every constraint of the CRD, each with what it lets pass, what it refuses, and the words by which it says so."""

from dataclasses import dataclass
from typing import Any

Overlay = dict[str, Any]

GUID = "c41f0a7d-2e95-4d38-b1c6-8e5d7f4a9b03"
JOB_ID = f"scim.0123456789abcdef0123456789abcdef.{GUID}"
OTHER_JOB_ID = "BoxOutDelta.0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Constraint:
    """One constraint. Overlays are laid over the smallest job; None takes a member out."""

    guard: str
    """Path in the schema and keyword, as `constraints_of` names them."""
    accepted: tuple[Overlay, ...]
    refused: tuple[Overlay, ...]
    words: str
    """What the message must say. For a rule, part of the rule's own message."""
    before: Overlay | None = None
    """Stored first, for constraints on a change."""


def spec(**members: Any) -> Overlay:
    return {"spec": members}


def status(**members: Any) -> Overlay:
    return {"status": members}


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


def conditions(count: int, **members: Any) -> Overlay:
    return status(conditions=[CONDITION | {"type": f"Type{n}"} | members for n in range(count)])


def _policy(name: str, *values: str) -> Constraint:
    """A field with a closed list of words. Unset is one of the accepted cases."""
    return Constraint(
        guard=f".spec.{name} enum",
        accepted=({}, *(spec(**{name: value}) for value in values)),
        refused=tuple(spec(**{name: value}) for value in ("", values[0].lower(), "Unheard")),
        words=f"spec.{name}: Unsupported value",
    )


SPEC = (
    Constraint(" required spec", accepted=({},), refused=({"spec": None},), words="spec: Required value"),
    Constraint(
        ".spec required servicePrincipal",
        accepted=({},),
        refused=(spec(servicePrincipal=None),),
        words="spec.servicePrincipal: Required value",
    ),
    Constraint(
        ".spec required template",
        accepted=({},),
        refused=(spec(template=None),),
        words="spec.template: Required value",
    ),
    Constraint(
        ".spec.servicePrincipal rule",
        accepted=(spec(servicePrincipal={"objectId": GUID}),),
        refused=(spec(servicePrincipal={}),),
        words="spec.servicePrincipal: give exactly one of objectId (",
    ),
    Constraint(
        ".spec.servicePrincipal.objectId pattern",
        accepted=(spec(servicePrincipal={"objectId": GUID.upper()}),),
        refused=tuple(
            spec(servicePrincipal={"objectId": malformed})
            for malformed in (
                "",
                "salesforce",
                GUID.replace("-", ""),
                GUID[:-1],
                GUID[:-1] + "g",
                GUID[:-1] + "\n",
                " " + GUID[1:],
            )
        ),
        words="spec.servicePrincipal.objectId in body should match",
    ),
    Constraint(
        ".spec.servicePrincipal.objectId maxLength",
        accepted=(spec(servicePrincipal={"objectId": GUID}),),
        refused=tuple(spec(servicePrincipal={"objectId": text}) for text in (f"{{{GUID}}}", f"{GUID}\n")),
        words="spec.servicePrincipal.objectId: Too long: may not be more than 36",
    ),
    Constraint(
        ".spec.template rule",
        accepted=(spec(template={"id": "Azure2Azure"}),),
        refused=(spec(template={}),),
        words="spec.template: give exactly one of id (",
    ),
    Constraint(
        ".spec.template.id pattern",
        accepted=tuple(spec(template={"id": id_}) for id_ in ("scim", "AD2AADProvisioning", "a.b_c-d~e")),
        refused=tuple(
            spec(template={"id": id_}) for id_ in ("", "two words", "a/b", "..", "a?b", "a%2Fb", "é", "scim\n")
        ),
        words="spec.template.id in body should match",
    ),
    Constraint(
        ".spec.template.id maxLength",
        accepted=(spec(template={"id": "x" * 128}),),
        refused=(spec(template={"id": "x" * 129}),),
        words="spec.template.id: Too long: may not be more than 128",
    ),
    Constraint(
        ".spec.jobId pattern",
        accepted=({}, spec(jobId=JOB_ID), spec(jobId=OTHER_JOB_ID), spec(jobId="AD2AADProvisioning." + "0" * 32)),
        refused=tuple(spec(jobId=id_) for id_ in ("", "a job", "../jobs", ".", "a/b", "a#b", "a%20b")),
        words="spec.jobId in body should match",
    ),
    Constraint(
        ".spec.jobId maxLength",
        accepted=(spec(jobId="x" * 256),),
        refused=(spec(jobId="x" * 257),),
        words="spec.jobId: Too long: may not be more than 256",
    ),
    _policy("adoptionPolicy", "AdoptOrCreate", "AdoptOnly"),
    _policy("onMissing", "Recreate", "Report"),
    _policy("deletionPolicy", "Delete", "Pause", "Retain"),
    Constraint(
        ".spec.schedule.state enum",
        accepted=({}, spec(schedule={}), spec(schedule={"state": "Active"}), spec(schedule={"state": "Paused"})),
        refused=tuple(spec(schedule={"state": state}) for state in ("", "Disabled", "active")),
        words="spec.schedule.state: Unsupported value",
    ),
    Constraint(
        ".spec.pollInterval pattern",
        accepted=({}, *(spec(pollInterval=text) for text in ("90s", "5m", "1h30m", "1h0m5s", "1440m"))),
        refused=tuple(spec(pollInterval=text) for text in ("soon", "300", "5 m", "PT5M", "-5m", "1.5h", "30m1h", "1d")),
        words="spec.pollInterval in body should match",
    ),
    Constraint(
        ".spec.pollInterval minLength",
        accepted=(spec(pollInterval="1h"),),
        refused=(spec(pollInterval=""),),
        words="spec.pollInterval in body should be at least 2 chars long",
    ),
    Constraint(
        ".spec.pollInterval maxLength",
        accepted=(spec(pollInterval="00001h00001m00001s"),),
        refused=(spec(pollInterval="000001h00001m00001s"),),
        words="spec.pollInterval: Too long: may not be more than 18",
    ),
    Constraint(
        ".spec.pollInterval rule",
        accepted=(spec(pollInterval="30s"),),
        refused=tuple(spec(pollInterval=text) for text in ("29s", "0s", "0h0m")),
        words="spec.pollInterval: must be at least 30s",
    ),
    Constraint(
        ".spec.pollInterval rule",
        accepted=(spec(pollInterval="24h"),),
        refused=tuple(spec(pollInterval=text) for text in ("24h1s", "1441m", "99999h99999m99999s")),
        words="spec.pollInterval: must be at most 24h",
    ),
    Constraint(
        ".spec rule",
        before={},
        accepted=({}, spec(jobId=JOB_ID)),
        refused=(),
        words="spec.jobId: once set it cannot be changed or removed",
    ),
    Constraint(
        ".spec rule",
        before=spec(jobId=JOB_ID),
        accepted=({}, spec(deletionPolicy="Pause")),
        refused=(spec(jobId=OTHER_JOB_ID), spec(jobId=None), spec(jobId=JOB_ID.upper())),
        words="spec.jobId: once set it cannot be changed or removed",
    ),
)


def _required_of_condition(name: str) -> Constraint:
    return Constraint(
        guard=f".status.conditions[] required {name}",
        accepted=(condition(),),
        refused=(condition(**{name: None}),),
        words=f"status.conditions[0].{name}: Required value",
    )


def _length_of_condition(name: str, longest: int) -> Constraint:
    return Constraint(
        guard=f".status.conditions[].{name} maxLength",
        accepted=(condition(**{name: "x" * longest}),),
        refused=(condition(**{name: "x" * (longest + 1)}),),
        words=f"status.conditions[0].{name}: Too long: may not be more than {longest}",
    )


STATUS = (
    *(_required_of_condition(name) for name in ("type", "status", "lastTransitionTime", "reason", "message")),
    _length_of_condition("type", 316),
    _length_of_condition("reason", 4096),
    _length_of_condition("message", 32768),
    Constraint(
        ".status.conditions maxItems",
        accepted=(conditions(32),),
        refused=(conditions(33),),
        words="status.conditions: Too many: 33: must have at most 32 items",
    ),
    Constraint(
        ".status.conditions list-map type",
        accepted=(conditions(2),),
        refused=(conditions(2, type="Ready"),),
        words="status.conditions[1]: Duplicate value",
    ),
    Constraint(
        ".status.conditions[].status enum",
        accepted=tuple(condition(status=value) for value in ("True", "False", "Unknown")),
        refused=(condition(status="true"), condition(status="")),
        words="status.conditions[0].status: Unsupported value",
    ),
    Constraint(
        ".status.conditions[].observedGeneration minimum",
        accepted=(condition(observedGeneration=0),),
        refused=(condition(observedGeneration=-1),),
        words="conditions[0].observedGeneration in body should be greater than or equal to 0",
    ),
    Constraint(
        ".status.conditions[].lastTransitionTime format",
        accepted=(condition(lastTransitionTime="2026-11-21T03:00:00.1234567Z"),),
        refused=(condition(lastTransitionTime="yesterday"),),
        words="conditions[0].lastTransitionTime in body must be of type date-time",
    ),
)

CONSTRAINTS = (*SPEC, *STATUS)
