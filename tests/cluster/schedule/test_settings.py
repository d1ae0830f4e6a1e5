"""The job's own settings and its interval: what the spec names is set, and everything else is left."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.schedule.test_schedule import adopt
from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator

LOOKAHEAD = [{"name": "LookaheadQueryEnabled", "value": "True"}]


@pytest.fixture
def environment(fast_environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """Run an operator beside a Graph that can be made to answer open questions differently."""
    yield fast_environment
    fast_environment.simulator.switch(patch_settings_replaces=False, patch_interval="ignored", patch_status=204)


class TestSettings:
    @pytest.mark.parametrize("replaces", [False, True])
    @pytest.mark.parametrize("status", [200, 204])
    def test_named_settings_are_set_and_all_others_are_left(
        self, environment: OperatorEnvironment, *, replaces: bool, status: int
    ) -> None:
        environment.simulator.switch(patch_settings_replaces=replaces, patch_status=status)
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        before = environment.simulator.change_job(job, settings={"Domain": "contoso.com", "ForestFQDN": None}).settings
        name = environment.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        found = environment.wait_ready(name)
        assert environment.simulator.job(job).settings == before | {"LookaheadQueryEnabled": "True"}
        assert {"name": "LookaheadQueryEnabled", "value": "True"} in found["status"]["job"][
            "synchronizationJobSettings"
        ]
        environment.wait_polls(principal)
        assert environment.writes(principal) == ["updateJob"]
        assert environment.wait_event(name, "SettingsApplied")["message"] == (
            f'Set LookaheadQueryEnabled to "True" in job {job}.'
        )
        assert "lastDrift" not in environment.job(name)["status"]

    def test_settings_of_a_new_job_are_set_before_it_is_started(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.wait_ready(environment.apply_job(principal, settings=LOOKAHEAD))
        calls = environment.calls(principal)
        assert calls[:5] == ["listJobs", "createJob", "updateJob", "startJob", "listJobs"]
        assert set(calls[5:]) <= {"listJobs"}, "the reads that follow are polls"

    def test_settings_that_somebody_changes_are_corrected_and_reported(self, environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(environment, settings=LOOKAHEAD)
        environment.wait_ready(name)
        environment.simulator.change_job(job, settings={"LookaheadQueryEnabled": "False"})
        reported = environment.wait_event(name, "DriftCorrected")
        assert "A change from outside this resource was undone" in reported["message"]
        assert environment.simulator.job(job).settings["LookaheadQueryEnabled"] == "True"
        found = environment.wait(name, lambda found: "lastDrift" in found["status"], "the drift is remembered")
        assert found["status"]["lastDrift"]["differences"] == [
            {"field": "settings[LookaheadQueryEnabled]", "wanted": "True", "found": "False"}
        ]
        environment.wait_polls(principal)
        assert environment.writes(principal) == ["updateJob", "updateJob"]

    def test_edited_settings_are_sent_again_and_removed_ones_are_left_as_they_are(
        self, environment: OperatorEnvironment
    ) -> None:
        _, name, job = adopt(environment, settings=[*LOOKAHEAD, {"name": "Domain", "value": "contoso.com"}])
        environment.wait_ready(name)
        environment.change_job(name, settings=[{"name": "LookaheadQueryEnabled", "value": "False"}])
        environment.wait_ready(name)
        settings = environment.simulator.job(job).settings
        assert (settings["LookaheadQueryEnabled"], settings["Domain"]) == ("False", "contoso.com")

    def test_settings_that_graph_ignores_stall_and_are_not_sent_again(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        environment.simulator.override(job, set={"synchronizationJobSettings": []})
        name = environment.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        waiting = environment.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        assert condition(waiting, "Ready")["status"] == "False"
        message = environment.wait_stalled(name, "SettingsNotTaken")
        assert 'LookaheadQueryEnabled is absent, not "True"' in message
        assert "take the setting out of spec.settings" in message
        environment.wait_polls(principal)
        assert environment.writes(principal) == ["updateJob"]
        environment.simulator.override(job)
        environment.wait_ready(name)
        assert environment.writes(principal) == ["updateJob"]

    def test_settings_that_graph_refuses_are_reported_in_its_words(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.simulator.create_job(principal, started=True)
        body = b'{"error":{"code":"BadRequest","message":"No setting of this name."}}'
        refusal = environment.simulator.fault(
            "answer", operation="updateJob", service_principal=principal, status=400, body=body, times=None
        )
        name = environment.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        message = environment.wait_stalled(name, "RequestRefused")
        assert "Graph refused to change the job's settings" in message
        assert "No setting of this name." in message
        assert "spec.settings asks for LookaheadQueryEnabled: correct the name or the value" in message
        refusal.remove()
        environment.annotate(name, requested_at="now")
        environment.wait_ready(name)

    def test_settings_that_graph_refuses_are_sent_again_at_growing_intervals_and_at_once_on_request(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.simulator.create_job(principal, started=True)
        refusal = environment.simulator.fault(
            "answer", operation="updateJob", service_principal=principal, status=400, times=None
        )
        name = environment.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
        environment.wait_stalled(name, "RequestRefused")
        environment.wait_polls(principal, count=120)
        assert refusal.look().hits <= 8, "polls of an hour, in which a try in five minutes would be twelve"
        so_far = refusal.look().hits
        environment.annotate(name, requested_at="now")
        refusal.wait_hits(so_far + 1)

    def test_settings_need_a_permission_that_owning_the_app_does_not_give(
        self, environment: OperatorEnvironment, tmp_path: Path
    ) -> None:
        simulator, client = environment.simulator, str(uuid.uuid4())
        file = tmp_path / "client-secret"
        file.write_text("toy")
        simulator.set_application(client, secrets=["toy"], roles=["Application.ReadWrite.OwnedBy"])
        with open_second_operator(environment, flags=(f"--client-id={client}",), secret_file=file) as second:
            principal = simulator.create_service_principal(owners=[client]).id
            name = second.apply_job(principal, settings=LOOKAHEAD, pollInterval="30s")
            message = second.wait_stalled(name, "PermissionMissing")
            assert "Graph refused to change the job's settings" in message
            assert f"Grant app {client} the Graph application permission Synchronization.ReadWrite.All," in message
            assert "The token carries the roles: Application.ReadWrite.OwnedBy" in message


class TestInterval:
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
    def test_an_interval_is_requested_once_and_the_actual_one_is_shown(
        self, environment: OperatorEnvironment, answer: str, said: str
    ) -> None:
        environment.simulator.switch(patch_interval=answer)
        principal, name, _ = adopt(environment, schedule={"interval": "PT20M"})
        found = environment.wait_condition(name, "ScheduleApplied", "False", reason="NotConfigurable")
        message = condition(found, "ScheduleApplied")["message"]
        assert "this one every PT40M, not the PT20M of spec.schedule.interval" in message
        assert said in message
        assert message.endswith(".")
        environment.wait_polls(principal)
        assert condition(environment.job(name), "Ready")["status"] == "True"
        assert not condition(environment.job(name), "Stalled")
        assert environment.writes(principal) == ["updateJob"]
        environment.change_job(name, schedule={"interval": "PT2400S"})
        environment.wait(name, lambda found: not condition(found, "ScheduleApplied"), "the same interval needs no word")
        assert environment.writes(principal) == ["updateJob"]

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            ({"status": 501, "code": "NotImplemented", "message": "No."}, "(it answered 501 NotImplemented: No.)"),
            ({"status": 404, "code": "NotFound", "message": "No."}, "(it answered 404 NotFound: No.)"),
        ],
    )
    def test_an_interval_that_gets_no_answer_is_requested_twice_and_harms_nothing(
        self, environment: OperatorEnvironment, fault: dict[str, Any], said: str
    ) -> None:
        principal, name, _ = adopt(environment)
        environment.simulator.fault("answer", operation="updateJob", service_principal=principal, times=None, **fault)
        environment.change_job(name, schedule={"interval": "PT20M"})
        found = environment.wait_condition(name, "ScheduleApplied", "False", reason="NotConfigurable")
        assert said in condition(found, "ScheduleApplied")["message"]
        environment.wait_polls(principal)
        assert condition(environment.job(name), "Ready")["status"] == "True"
        assert [call for call in environment.calls(principal) if call == "updateJob"] == ["updateJob"] * 2
        assert not [reason for reason in environment.reasons(name) if reason != "JobAdopted"]

    def test_an_interval_that_graph_accepts_needs_no_condition(self, environment: OperatorEnvironment) -> None:
        environment.simulator.switch(patch_interval="taken")
        principal, name, job = adopt(environment, schedule={"interval": "PT20M"})
        found: dict[str, Any] = environment.wait_ready(name)
        assert found["status"]["job"]["schedule"]["interval"] == environment.simulator.job(job).interval == "PT20M"
        assert not condition(found, "ScheduleApplied")
        assert environment.writes(principal) == ["updateJob"]
