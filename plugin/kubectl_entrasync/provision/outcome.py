"""What became of a ProvisioningRequest, as its status shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from kubectl_entrasync.failure import ExitCode

_NOT_ACCEPTED = "The operator has not accepted the request yet."


@dataclass(frozen=True)
class Step:
    """One step of the provisioning, in Graph's words."""

    name: str
    status: str
    code: str | None
    description: str | None


@dataclass(frozen=True)
class RequestOutcome:
    """How one request stands."""

    namespace: str | None
    name: str | None
    """The ProvisioningRequest; None where none was made."""
    object_id: str
    is_ended: bool
    is_provisioned: bool
    """Whether the object is in the target as it shall be."""
    reason: str
    message: str
    """What the operator says."""
    place_in_line: int | None
    result: Mapping[str, Any]
    steps: Sequence[Step]

    @property
    def command(self) -> str:
        """What shows how it goes on."""
        return f"kubectl get provreq {self.name} -n {self.namespace} --watch"

    @property
    def words(self) -> str:
        """What is going on, for a line of progress."""
        return f"Place {self.place_in_line} in line." if self.place_in_line is not None else self.message


def read_outcome(document: Mapping[str, Any]) -> RequestOutcome:
    """Read how a request stands from its document."""
    status = read_object(document.get("status"))
    conditions = {entry.get("type"): entry for entry in read_entries(status.get("conditions"))}
    ready, result = conditions.get(ConditionType.READY, {}), read_object(status.get("result"))
    place = status.get("placeInLine")
    return RequestOutcome(
        namespace=document["metadata"]["namespace"],
        name=document["metadata"]["name"],
        object_id=document["spec"]["subjects"][0]["objectId"],
        is_ended=bool(result),
        is_provisioned=bool(result) and ready.get("status") == "True",
        reason=str(ready.get("reason", "NotAccepted")),
        message=str(ready.get("message", _NOT_ACCEPTED)),
        place_in_line=place if isinstance(place, int) else None,
        result=result,
        steps=[_read_step(step) for step in read_entries(result.get("provisioningSteps"))],
    )


def end_unsent(manifest: Mapping[str, Any], cause: str) -> RequestOutcome:
    """Return the outcome of a request that was not made, because the operator would not send it."""
    return RequestOutcome(
        namespace=None,
        name=None,
        object_id=manifest["spec"]["subjects"][0]["objectId"],
        is_ended=True,
        is_provisioned=False,
        reason=Reason.JOB_NOT_MANAGED,
        message=f"Nothing was sent. {cause}",
        place_in_line=None,
        result={},
        steps=(),
    )


def judge_outcomes(outcomes: Sequence[RequestOutcome], *, is_awaited: bool) -> ExitCode:
    """Return 0 if everybody was provisioned, or asked for if nobody waits for more, else 1."""
    is_well = all(each.is_provisioned or not (is_awaited or each.is_ended) for each in outcomes)
    return ExitCode.WELL if is_well else ExitCode.ILL


def _read_step(step: Mapping[str, Any]) -> Step:
    return Step(
        name=str(step.get("name") or step.get("type") or "-"),
        status=str(step.get("status", "-")),
        code=read_text(step.get("code")),
        description=read_text(step.get("description")),
    )


def write_outcome(outcome: RequestOutcome) -> dict[str, Any]:
    """Return the outcome as JSON and YAML show it. It has of people what the kind shows, and no more."""
    return {
        "namespace": outcome.namespace,
        "name": outcome.name,
        "objectId": outcome.object_id,
        "provisioned": outcome.is_provisioned,
        "reason": outcome.reason,
        "message": outcome.message,
        "result": dict(outcome.result) or None,
    }
