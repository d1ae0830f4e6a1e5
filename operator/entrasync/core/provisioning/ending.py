"""The end of a ProvisioningRequest: its outcome, the condition about it, and what the status shows of the report."""

from dataclasses import dataclass
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.provisioning.disclosure import Disclosure, show_word
from entrasync.core.provisioning.record import Outcome, SendIntent
from entrasync.core.provisioning.rules import WHERE_TO_LOOK
from entrasync.core.remote.provisioning import FAILURE, SUCCESS, ProvisioningReport, ReportedStep


@dataclass(frozen=True)
class Ending:
    """How a request ends. `result` is `status.result` without what is known of the sending."""

    outcome: Outcome
    reason: Reason
    message: str
    result: dict[str, Any]

    @property
    def is_success(self) -> bool:
        """Whether the object is in the target as it shall be."""
        return self.reason in {Reason.PROVISIONED, Reason.ALREADY_PROVISIONED}


def end_unsent(stall: Stall) -> Ending:
    """Return the end of a request that was not sent, or of which that is not known."""
    outcome: Outcome = "Unknown" if stall.reason is Reason.OUTCOME_UNKNOWN else "Refused"
    return Ending(outcome, stall.reason, stall.message, {"outcome": outcome})


def end_unanswered(error: OutcomeUnknown, subject: str, *, disclosure: Disclosure) -> Ending:
    """Return the end of a request whose answer was lost."""
    words = disclosure.show_message(error.message, error).rstrip(".")
    message = (
        f"{words}. Graph may have provisioned {subject}, and is never asked again for this request. {WHERE_TO_LOOK}"
    )
    return Ending("Unknown", Reason.OUTCOME_UNKNOWN, message, {"outcome": "Unknown"})


def end_refused(stall: Stall, answer: GraphAnswer | None, subject: str) -> Ending:
    """Return the end of a request that Graph refused. Only the code of its answer decides (graph-facts 4.9, 6.2)."""
    code = show_word(answer.code) if answer else None
    reason = _CODES.get((code or "").lower(), stall.reason)
    message = stall.message if reason is stall.reason else _explain(reason, subject, code)
    if reason is stall.reason and answer is not None and answer.is_not_found:
        reason = Reason.OBJECT_NOT_FOUND
        message = (
            f"Graph does not know {subject} ({answer.status}{f' {code}' if code else ''}). Correct id and type in "
            "spec.subjects of another ProvisioningRequest; if the object is new, create it again after some minutes."
        )
    result = {"outcome": "Refused", "code": code}
    return Ending("Refused", reason, message, {name: value for name, value in result.items() if value})


def end_reported(report: ProvisioningReport, subject: str, *, disclosure: Disclosure) -> Ending:
    """Return the end of a request that Graph answered."""
    outcome: Outcome = "Success" if report.result == SUCCESS else "Failure" if report.result == FAILURE else "Skipped"
    reason = _find_reason(report)
    message = _explain(reason, subject, show_word(report.code))
    if reason in _FAILED:
        message = f"{message} {_say_more(report, disclosure)}"
    return Ending(outcome, reason, message, _describe(report, outcome, disclosure))


def write_result(ending: Ending, intent: SendIntent | None) -> dict[str, Any]:
    """Write `status.result`: how it ended, and what is known of the sending."""
    known = intent or SendIntent(None)
    sent = {
        "rule": shorten(known.rule) or None,
        "jobId": known.job_id or None,
        "sentAt": write_precise_time(known.started_at) if known.started_at else None,
    }
    return {name: value for name, value in (ending.result | sent).items() if value is not None}


_FAILED = (Reason.PROVISIONING_FAILED, Reason.PROVISIONING_SKIPPED, Reason.CREDENTIALS_MISSING)
_MESSAGES = {
    Reason.PROVISIONED: "Graph provisioned {subject}.",
    Reason.ALREADY_PROVISIONED: "The target already has {subject} as the source has it, so Graph changed nothing.",
    Reason.OUT_OF_SCOPE: (
        "Graph skipped {subject}{code}: it is not assigned to the application, or a scoping filter leaves it out. "
        "Assign it or change the filter, and create another ProvisioningRequest."
    ),
    Reason.OBJECT_NOT_FOUND: (
        "The source does not know {subject}{code}. Correct id and type in spec.subjects of another ProvisioningRequest."
    ),
    Reason.CREDENTIALS_MISSING: (
        "The target app has no credentials in Graph{code}, so {subject} was not provisioned. Set "
        "spec.application.credentials of the SynchronizationJob, and create another ProvisioningRequest."
    ),
    Reason.PROVISIONING_SKIPPED: "Graph skipped {subject}{code}; status.result has the steps.",
    Reason.PROVISIONING_FAILED: "Graph could not provision {subject}{code}; status.result has the steps.",
}


def _find_reason(report: ProvisioningReport) -> Reason:
    """Return the reason for a result. Only the codes decide; the words of Graph are for people (graph-facts 4.9)."""
    if report.result == SUCCESS:
        return Reason.PROVISIONED
    known = _CODES.get((report.code or "").lower())
    if known is not None:
        return known
    return Reason.PROVISIONING_FAILED if report.result == FAILURE else Reason.PROVISIONING_SKIPPED


_CODES = {
    "redundantexport": Reason.ALREADY_PROVISIONED,
    "noteffectivelyentitled": Reason.OUT_OF_SCOPE,
    "entrynotfound": Reason.OBJECT_NOT_FOUND,
    "credentialsmissing": Reason.CREDENTIALS_MISSING,
}


def _explain(reason: Reason, subject: str, code: str | None) -> str:
    return _MESSAGES[reason].format(subject=subject, code=f" ({code})" if code else "")


def _say_more(report: ProvisioningReport, disclosure: Disclosure) -> str:
    words = (
        "Graph's own sentences are in status.result."
        if disclosure.shows_attributes
        else "Graph's own sentences are not shown, for they may have attributes of the object (spec.detail)."
    )
    change = f" under {known}" if (known := show_word(report.change_id)) else ""
    return (
        f"{words} Look in the provisioning logs of the enterprise application{change}, and create another "
        "ProvisioningRequest when the cause is gone."
    )


def _describe(report: ProvisioningReport, outcome: Outcome, disclosure: Disclosure) -> dict[str, Any]:
    changes = report.changes if disclosure.shows_attributes else ()
    result: dict[str, Any] = {
        "outcome": outcome,
        "action": show_word(report.action),
        "code": show_word(report.code),
        "message": disclosure.show(report.message),
        "changeId": show_word(report.change_id),
        "targetId": disclosure.show(report.target_id),
        "provisioningSteps": [_write_step(step, disclosure) for step in report.steps],
        "modifiedProperties": [disclosure.show_change(change) for change in changes],
    }
    return {name: value for name, value in result.items() if value not in (None, [])}


def _write_step(step: ReportedStep, disclosure: Disclosure) -> dict[str, Any]:
    written = {
        "name": show_word(step.name),
        "type": show_word(step.type),
        "status": show_word(step.status),
        "timestamp": show_word(step.time),
        "code": show_word(step.code),
        "description": disclosure.show(step.description),
    }
    return {name: value for name, value in written.items() if value is not None}
