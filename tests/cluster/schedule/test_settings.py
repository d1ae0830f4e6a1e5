"""The job's own settings and its interval: what the spec names is set, the rest is left, the answer is told."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.schedule.test_schedule import adopt
from tests.support.operator_environment import OperatorEnvironment, condition, open_branch

LOOKAHEAD = [{"name": "LookaheadQueryEnabled", "value": "True"}]


@pytest.fixture
def place(swift_workplace: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """A workplace whose Graph may be told to answer open questions differently."""
    yield swift_workplace
    swift_workplace.world.switch(patch_settings_replaces=False, patch_interval="ignored", patch_status=204)


class TestSettings:
    @pytest.mark.parametrize("replaces", [False, True])
    @pytest.mark.parametrize("status", [200, 204])
    def test_that_are_named_are_set_and_all_others_are_left(
        self, place: OperatorEnvironment, *, replaces: bool, status: int
    ) -> None:
        place.world.switch(patch_settings_replaces=replaces, patch_status=status)
        principal = place.world.create_service_principal().id
        job = place.world.create_job(principal, started=True).id
        before = place.world.change_job(job, settings={"Domain": "contoso.com", "ForestFQDN": None}).settings
        name = place.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        found = place.wait_ready(name)
        assert place.world.job(job).settings == before | {"LookaheadQueryEnabled": "True"}
        assert {"name": "LookaheadQueryEnabled", "value": "True"} in found["status"]["job"][
            "synchronizationJobSettings"
        ]
        place.wait_polls(principal)
        assert place.writes(principal) == ["updateJob"]
        assert place.wait_event(name, "SettingsApplied")["message"] == (
            f'Set LookaheadQueryEnabled to "True" in job {job}.'
        )
        assert "lastDrift" not in place.job(name)["status"]

    def test_of_a_new_job_are_set_before_it_is_started(self, place: OperatorEnvironment) -> None:
        principal = place.world.create_service_principal().id
        place.wait_ready(place.apply_job(principal, settings=LOOKAHEAD))
        calls = place.calls(principal)
        assert calls[:5] == ["listJobs", "createJob", "updateJob", "startJob", "listJobs"]
        assert set(calls[5:]) <= {"listJobs"}, "what follows are polls"

    def test_that_somebody_changes_are_put_right_and_told(self, place: OperatorEnvironment) -> None:
        principal, name, job = adopt(place, settings=LOOKAHEAD)
        place.wait_ready(name)
        place.world.change_job(job, settings={"LookaheadQueryEnabled": "False"})
        told = place.wait_event(name, "DriftCorrected")
        assert "A change from outside this resource was undone" in told["message"]
        assert place.world.job(job).settings["LookaheadQueryEnabled"] == "True"
        found = place.wait(name, lambda found: "lastDrift" in found["status"], "the drift is remembered")
        assert found["status"]["lastDrift"]["differences"] == [
            {"field": "settings[LookaheadQueryEnabled]", "wanted": "True", "found": "False"}
        ]
        place.wait_polls(principal)
        assert place.writes(principal) == ["updateJob", "updateJob"]

    def test_that_are_edited_are_sent_again_and_those_taken_out_are_left_as_they_are(
        self, place: OperatorEnvironment
    ) -> None:
        _, name, job = adopt(place, settings=[*LOOKAHEAD, {"name": "Domain", "value": "contoso.com"}])
        place.wait_ready(name)
        place.change_job(name, settings=[{"name": "LookaheadQueryEnabled", "value": "False"}])
        place.wait_ready(name)
        settings = place.world.job(job).settings
        assert (settings["LookaheadQueryEnabled"], settings["Domain"]) == ("False", "contoso.com")

    def test_that_graph_takes_and_ignores_are_a_persons_turn_and_not_sent_again(
        self, place: OperatorEnvironment
    ) -> None:
        principal = place.world.create_service_principal().id
        job = place.world.create_job(principal, started=True).id
        place.world.override(job, set={"synchronizationJobSettings": []})
        name = place.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        waiting = place.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        assert condition(waiting, "Ready")["status"] == "False"
        message = place.wait_stalled(name, "SettingsNotTaken")
        assert 'LookaheadQueryEnabled is absent, not "True"' in message
        assert "take the setting out of spec.settings" in message
        place.wait_polls(principal)
        assert place.writes(principal) == ["updateJob"]
        place.world.override(job)
        place.wait_ready(name)
        assert place.writes(principal) == ["updateJob"]

    def test_that_graph_refuses_are_told_in_its_words(self, place: OperatorEnvironment) -> None:
        principal = place.world.create_service_principal().id
        place.world.create_job(principal, started=True)
        body = b'{"error":{"code":"BadRequest","message":"No setting of this name."}}'
        refusal = place.world.fault(
            "answer", operation="updateJob", service_principal=principal, status=400, body=body, times=None
        )
        name = place.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        message = place.wait_stalled(name, "RequestRefused")
        assert "Graph refused to change the job's settings" in message
        assert "No setting of this name." in message
        refusal.remove()
        place.wait_ready(name)

    def test_need_a_permission_that_owning_the_app_does_not_give(
        self, place: OperatorEnvironment, tmp_path: Path
    ) -> None:
        world, client = place.world, str(uuid.uuid4())
        file = tmp_path / "client-secret"
        file.write_text("toy")
        world.set_application(client, secrets=["toy"], roles=["Application.ReadWrite.OwnedBy"])
        with open_branch(place, flags=(f"--client-id={client}",), secret_file=file) as branch:
            principal = world.create_service_principal(owners=[client]).id
            name = branch.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
            message = branch.wait_stalled(name, "PermissionMissing")
            assert "Graph refused to change the job's settings" in message
            assert f"Grant app {client} the Graph application permission Synchronization.ReadWrite.All," in message
            assert "The token carries the roles: Application.ReadWrite.OwnedBy" in message


class TestAnInterval:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ("ignored", ""),
            ("refused_400", "(it answered 400 BadRequest: The property 'interval' is read-only.)"),
            ("refused_401", "(it answered 401"),
            ("refused_403", "(it answered 403 Authorization_RequestDenied: "),
            ("refused_405", "(it answered 405 Request_BadRequest: "),
        ],
    )
    def test_is_asked_for_once_and_the_real_one_is_named(
        self, place: OperatorEnvironment, answer: str, said: str
    ) -> None:
        place.world.switch(patch_interval=answer)
        principal, name, _ = adopt(place, schedule={"interval": "PT20M"})
        found = place.wait_condition(name, "ScheduleApplied", "False", reason="NotConfigurable")
        message = condition(found, "ScheduleApplied")["message"]
        assert "this one every PT40M, not the PT20M of spec.schedule.interval" in message
        assert said in message
        assert message.endswith(".")
        place.wait_polls(principal)
        assert condition(place.job(name), "Ready")["status"] == "True"
        assert not condition(place.job(name), "Stalled")
        assert place.writes(principal) == ["updateJob"]
        place.change_job(name, schedule={"interval": "PT2400S"})
        place.wait(name, lambda found: not condition(found, "ScheduleApplied"), "the same interval needs no word")
        assert place.writes(principal) == ["updateJob"]

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            ({"status": 501, "code": "NotImplemented", "message": "No."}, "(it answered 501 NotImplemented: No.)"),
            ({"status": 404, "code": "NotFound", "message": "No."}, "(it answered 404 NotFound: No.)"),
        ],
    )
    def test_that_never_gets_an_answer_is_asked_for_twice_and_harms_nothing(
        self, place: OperatorEnvironment, fault: dict[str, Any], said: str
    ) -> None:
        principal, name, _ = adopt(place)
        place.world.fault("answer", operation="updateJob", service_principal=principal, times=None, **fault)
        place.change_job(name, schedule={"interval": "PT20M"})
        found = place.wait_condition(name, "ScheduleApplied", "False", reason="NotConfigurable")
        assert said in condition(found, "ScheduleApplied")["message"]
        place.wait_polls(principal)
        assert condition(place.job(name), "Ready")["status"] == "True"
        assert [call for call in place.calls(principal) if call == "updateJob"] == ["updateJob"] * 2
        assert not [reason for reason in place.reasons(name) if reason != "JobAdopted"]

    def test_that_graph_takes_needs_no_word(self, place: OperatorEnvironment) -> None:
        place.world.switch(patch_interval="taken")
        principal, name, job = adopt(place, schedule={"interval": "PT20M"})
        found: dict[str, Any] = place.wait_ready(name)
        assert found["status"]["job"]["schedule"]["interval"] == place.world.job(job).interval == "PT20M"
        assert not condition(found, "ScheduleApplied")
        assert place.writes(principal) == ["updateJob"]
