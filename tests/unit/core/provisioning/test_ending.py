"""The end of a ProvisioningRequest: its reason, its words, and what of Graph's report is shown."""

import json

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Stall
from entrasync.core.provisioning.disclosure import Disclosure
from entrasync.core.provisioning.ending import Ending, end_refused, end_reported, write_result
from entrasync.core.provisioning.record import SendIntent
from entrasync.core.remote.provisioning import ProvisioningReport, ReportedChange, ReportedStep
from tests.support.facts import NOW
from tests.support.graph_answers import refused

CANARY = "canary-of-anna"
STEP = ReportedStep("EntryImport", "Import", "Success", "2026-11-01T12:00:00Z", f"Retrieved User '{CANARY}'.", None)
REPORT = ProvisioningReport(
    "Success",
    "Update",
    change_id="a-change",
    target_id=f"{CANARY}@contoso.example",
    steps=(STEP,),
    changes=(ReportedChange("userName", f"old-{CANARY}", f"new-{CANARY}"),),
)


def end(report: ProvisioningReport, *, shows_attributes: bool = False) -> Ending:
    return end_reported(report, "User anna", disclosure=Disclosure(shows_attributes))


class TestReason:
    @pytest.mark.parametrize(
        ("result", "code", "reason"),
        [
            ("Success", None, Reason.PROVISIONED),
            ("Skipped", "RedundantExport", Reason.ALREADY_PROVISIONED),
            ("Skipped", "NotEffectivelyEntitled", Reason.OUT_OF_SCOPE),
            ("Skipped", "Odd", Reason.PROVISIONING_SKIPPED),
            ("Skipped", None, Reason.PROVISIONING_SKIPPED),
            ("Failure", "EntryNotFound", Reason.OBJECT_NOT_FOUND),
            ("Failure", "CredentialsMissing", Reason.CREDENTIALS_MISSING),
            ("Failure", "Odd", Reason.PROVISIONING_FAILED),
        ],
    )
    def test_follows_from_result_and_code(self, result: str, code: str | None, reason: Reason) -> None:
        ending = end(ProvisioningReport(result, code=code, message=f"Sorry, {CANARY}."))
        assert ending.reason is reason
        assert ending.is_success == (reason in {Reason.PROVISIONED, Reason.ALREADY_PROVISIONED})
        assert CANARY not in ending.message

    def test_of_a_refusal_is_that_of_its_code_or_that_of_the_stall(self) -> None:
        stall = Stall(Reason.REQUEST_REFUSED, "Graph refused it.")
        known = end_refused(stall, refused(400, code="CredentialsMissing").answer, "User anna")
        other = end_refused(stall, refused(400, code="RequestParameterInvalid").answer, "User anna")
        assert (known.reason, known.result["code"]) == (Reason.CREDENTIALS_MISSING, "CredentialsMissing")
        assert (other.reason, other.message) == (Reason.REQUEST_REFUSED, "Graph refused it.")
        assert end_refused(stall, None, "User anna").result == {"outcome": "Refused"}


class TestShown:
    def test_has_no_attribute_of_the_object_in_a_summary(self) -> None:
        ending = end(REPORT)
        assert CANARY not in json.dumps(ending.result)
        assert ending.result["provisioningSteps"] == [
            {"name": "EntryImport", "type": "Import", "status": "Success", "timestamp": "2026-11-01T12:00:00Z"}
        ]

    def test_has_no_sentence_where_a_word_is_expected(self) -> None:
        """Whatever Graph writes there, a summary shows single words only."""
        sentence = f"It is {CANARY}."
        step = ReportedStep(*[sentence] * 6)
        report = ProvisioningReport("Failure", sentence, sentence, sentence, sentence, sentence, (step,))
        ending = end(report)
        assert ending.result == {"outcome": "Failure", "provisioningSteps": [{}]}
        assert CANARY not in ending.message

    def test_has_changed_attributes_where_they_are_asked_for(self) -> None:
        result = end(REPORT, shows_attributes=True).result
        assert result["modifiedProperties"] == [
            {"displayName": "userName", "oldValue": f"old-{CANARY}", "newValue": f"new-{CANARY}"}
        ]
        assert result["targetId"] == f"{CANARY}@contoso.example"

    @pytest.mark.parametrize("name", ["password", "userPassword", "clientSecret", "refreshToken"])
    def test_masks_an_attribute_that_is_a_secret_by_its_name(self, name: str) -> None:
        report = ProvisioningReport("Success", changes=(ReportedChange(name, None, "s3cret"),))
        [shown] = end(report, shows_attributes=True).result["modifiedProperties"]
        assert shown == {"displayName": name, "newValue": "*"}

    def test_redacts_what_quotes_a_secret_of_the_target_app(self) -> None:
        report = ProvisioningReport("Failure", code="Odd", message="The app refused s3cret.", steps=(STEP,))
        disclosure = Disclosure(shows_attributes=True, redact=lambda text: text.replace("s3cret", "*"))
        ending = end_reported(report, "User anna", disclosure=disclosure)
        assert ending.result["message"] == "The app refused *."

    def test_says_what_was_sent_and_when(self) -> None:
        written = write_result(end(REPORT), SendIntent(NOW, "principal", "job", "USERS"))
        sent = {name: written[name] for name in ("rule", "jobId", "sentAt")}
        assert sent == {"rule": "USERS", "jobId": "job", "sentAt": "2026-11-01T12:00:00.000000Z"}
        assert "sentAt" not in write_result(end(REPORT), None)
