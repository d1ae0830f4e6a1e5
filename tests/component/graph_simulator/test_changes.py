"""Checks PATCH and restart over TLS, and the switches for what is not known about them."""

from datetime import timedelta

import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.graph_facts import check_requests
from tests.support.simulator_client import Principal, SimulatorClient

HOUR = timedelta(hours=1)
DEFAULT = ("Escrows", "QuarantineState", "Watermark")
MINE = [{"name": "LookaheadQueryEnabled", "value": "True"}]
MERGED = {"AzureIngestionAttributeOptimization": "False", "LookaheadQueryEnabled": "True"}


@pytest.fixture
def job(simulator: SimulatorClient, principal: Principal) -> str:
    """A job that has run for an hour."""
    made = simulator.create_job(principal.id, started=True)
    simulator.advance(HOUR)
    return made.id


def test_a_created_job_has_the_settings_of_its_template(graph: GraphCaller, principal: Principal) -> None:
    created = graph.post(jobs_of(principal.id), {"templateId": "scim"}).json()
    assert created["synchronizationJobSettings"] == [
        {"name": "AzureIngestionAttributeOptimization", "value": "False"},
        {"name": "LookaheadQueryEnabled", "value": "False"},
    ]


def test_a_patch_merges_settings_by_name(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str
) -> None:
    path = f"{jobs_of(principal.id)}/{job}"
    assert graph.patch(path, {"synchronizationJobSettings": MINE}).status_code == 204
    settings = {item["name"]: item["value"] for item in graph.get(path).json()["synchronizationJobSettings"]}
    assert settings == simulator.job(job).settings == MERGED
    entry = simulator.journal(operation="updateJob")[0]
    assert (entry.job, entry.had_effect, entry.body) == (job, True, {"synchronizationJobSettings": MINE})
    assert check_requests(simulator.journal()) == 2


def test_a_patch_may_replace_all_settings_and_answer_with_the_job(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str
) -> None:
    simulator.switch(patch_settings_replaces=True, patch_status=200)
    answer = graph.patch(f"{jobs_of(principal.id)}/{job}", {"synchronizationJobSettings": MINE})
    assert answer.status_code == 200
    assert answer.json()["synchronizationJobSettings"] == MINE


def test_a_patch_of_read_only_properties_is_ignored(graph: GraphCaller, principal: Principal, job: str) -> None:
    path = f"{jobs_of(principal.id)}/{job}"
    before = graph.get(path).json()
    changes = {"templateId": "other", "status": {"code": "Paused"}, "schedule": {"state": "Disabled"}}
    assert graph.patch(path, changes).status_code == 204
    assert graph.get(path).json() == before


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("refused_400", (400, "UnknownError")),
        ("refused_401", (401, "UnknownError")),
        ("refused_403", (403, "Authorization_RequestDenied")),
        ("refused_405", (405, "Request_BadRequest")),
    ],
)
def test_a_refused_patch_of_the_interval_changes_nothing(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str, what: str, error: tuple[int, str]
) -> None:
    simulator.switch(patch_interval=what)
    changes = {"schedule": {"interval": "PT20M"}, "synchronizationJobSettings": MINE}
    assert read_error(graph.patch(f"{jobs_of(principal.id)}/{job}", changes))[:2] == error
    view = simulator.job(job)
    assert (view.interval, view.settings["LookaheadQueryEnabled"]) == ("PT40M", "False")


@pytest.mark.parametrize(("what", "interval"), [("ignored", "PT40M"), ("taken", "PT20M")])
def test_a_patch_of_the_interval_is_ignored_or_applied_as_the_switch_says(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str, what: str, interval: str
) -> None:
    simulator.switch(patch_interval=what)
    path = f"{jobs_of(principal.id)}/{job}"
    assert graph.patch(path, {"schedule": {"interval": "PT20M"}}).status_code == 204
    assert graph.get(path).json()["schedule"]["interval"] == simulator.job(job).interval == interval


@pytest.mark.parametrize(
    "changes",
    [
        {"schedule": {"interval": "20 minutes"}},
        {"schedule": []},
        {"synchronizationJobSettings": {}},
        {"synchronizationJobSettings": [{"value": "nameless"}]},
    ],
)
def test_a_malformed_patch_is_refused(
    caller: GraphCaller, principal: Principal, job: str, changes: dict[str, object]
) -> None:
    assert read_error(caller.patch(f"{jobs_of(principal.id)}/{job}", changes))[:2] == (400, "BadRequest")


def test_settings_and_interval_can_be_changed_by_another_client(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str
) -> None:
    changed = {"LookaheadQueryEnabled": "True", "AzureIngestionAttributeOptimization": None}
    simulator.change_job(job, settings=changed, interval=timedelta(minutes=20))
    answer = caller.get(f"{jobs_of(principal.id)}/{job}").json()
    assert (answer["synchronizationJobSettings"], answer["schedule"]["interval"]) == (MINE, "PT20M")


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        (
            {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}},
            DEFAULT,
        ),
        ({"criteria": {"resetScope": "Watermark"}}, ("Watermark",)),
        ({"criteria": {"resetScope": None}}, DEFAULT),
        ({"criteria": {}}, DEFAULT),
        ({}, DEFAULT),
    ],
)
def test_a_restart_has_the_scope_of_its_body_or_the_default(
    graph: GraphCaller,
    simulator: SimulatorClient,
    principal: Principal,
    job: str,
    body: dict[str, object],
    scope: tuple[str, ...],
) -> None:
    assert graph.post(f"{jobs_of(principal.id)}/{job}/restart", body).status_code == 204
    assert [(item.time, item.scope) for item in simulator.job(job).restarts] == [(simulator.now(), scope)]
    entry = simulator.journal(operation="restartJob")[0]
    assert (entry.job, entry.had_effect, entry.body) == (job, True, body)
    assert check_requests(simulator.journal()) == 1


def test_a_restart_lifts_the_quarantine_and_begins_an_initial_cycle(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str
) -> None:
    simulator.quarantine(job, "EncounteredEscrowProportionThreshold")
    graph.post(f"{jobs_of(principal.id)}/{job}/restart", {"criteria": {"resetScope": ""}})
    status = graph.read_status(principal.id, job)
    assert (status["code"], status["quarantine"]) == ("Active", None)
    assert status["steadyStateLastAchievedTime"] == "0001-01-01T00:00:00Z"
    assert status["progress"] != []
    simulator.advance(HOUR)
    assert graph.read_status(principal.id, job)["steadyStateLastAchievedTime"] != "0001-01-01T00:00:00Z"


def test_a_restart_starts_a_paused_job(graph: GraphCaller, principal: Principal, job: str) -> None:
    path = f"{jobs_of(principal.id)}/{job}"
    graph.post(f"{path}/pause")
    assert graph.post(f"{path}/microsoft.graph.restart", {}).status_code == 204
    assert graph.get(path).json()["schedule"]["state"] == "Active"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"criteria":{"resetScope":"Everything"}}', "Requested value 'Everything' was not found."),
        (b'{"criteria":"Watermark"}', "Unable to read JSON request payload."),
        (b"", "Empty Payload. JSON content expected."),
    ],
)
def test_a_malformed_restart_is_refused(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str, content: bytes, message: str
) -> None:
    answer = graph.post(f"{jobs_of(principal.id)}/{job}/restart", content=content)
    assert read_error(answer) == (400, "BadRequest", message)
    assert simulator.job(job).restarts == []


def test_a_changed_sync_all_takes_effect_only_after_a_restart(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str
) -> None:
    simulator.set_secrets(principal.id, {"SyncAll": "true"})
    simulator.advance(2 * HOUR)
    assert simulator.job(job).sync_all is None
    caller.post(f"{jobs_of(principal.id)}/{job}/restart", {})
    assert simulator.job(job).sync_all == "true"


def test_a_restart_by_the_portal_does_not_appear_in_the_journal(simulator: SimulatorClient, job: str) -> None:
    view = simulator.act(job, "restart", scope="Watermark")
    assert [item.scope for item in view.restarts] == [("Watermark",)]
    assert simulator.journal() == []


@pytest.mark.parametrize("action", ["patch", "restart"])
def test_a_patch_or_restart_right_after_another_change_conflicts(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, job: str, action: str
) -> None:
    simulator.switch(conflict_seconds=5)
    path = f"{jobs_of(principal.id)}/{job}"
    caller.post(f"{path}/pause")
    answer = caller.patch(path, {}) if action == "patch" else caller.post(f"{path}/restart", {})
    assert answer.status_code == 409


def test_owning_the_service_principal_is_not_enough_for_a_patch(
    caller: GraphCaller, simulator: SimulatorClient
) -> None:
    simulator.set_application(roles=["Application.ReadWrite.OwnedBy"])
    mine = simulator.create_service_principal(owners=[simulator.connection.client_id])
    path = f"{jobs_of(mine.id)}/{simulator.create_job(mine.id).id}"
    assert read_error(caller.patch(path, {"synchronizationJobSettings": MINE})) == (401, "UnknownError", "")
    assert caller.post(f"{path}/restart", {}).status_code == 204
    simulator.set_application(roles=["Synchronization.ReadWrite.All"])
    caller.sign_in()
    assert caller.patch(path, {"synchronizationJobSettings": MINE}).status_code == 204
