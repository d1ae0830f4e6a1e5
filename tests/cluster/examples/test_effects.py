"""Each example does what it says: applied as it stands, to its end in Graph."""

import json
from datetime import datetime

from entrasync.api.names import API_VERSION, CONNECTION_PLURAL, HOLD_UNTIL_ANNOTATION
from graph_simulator.control_client.client import JobView
from tests.cluster.examples.conftest import Gallery
from tests.cluster.examples.example import Example
from tests.cluster.examples.preparations import PREPARATIONS
from tests.support.cluster import Object, has_condition
from tests.support.operator_environment import condition

OPERATOR = "entra-sync-operator"


def status_of(example: Example) -> Object:
    found: Object = example.place.job(example.name_of_job)["status"]
    return found


def job_of(example: Example) -> JobView:
    return example.world.job(status_of(example)["job"]["id"])


def test_minimal_creates_a_job_and_starts_it(gallery: Gallery) -> None:
    example = gallery.show("minimal")
    assert (job_of(example).template_id, job_of(example).schedule_state) == ("SfOutDelta", "Active")
    assert status_of(example)["origin"] == "Created"


def test_paused_creates_a_job_that_does_not_run(gallery: Gallery) -> None:
    example = gallery.show("paused")
    assert (job_of(example).schedule_state, job_of(example).starts) == ("Disabled", 0)


def test_retain_takes_over_what_is_there_and_leaves_it_there(gallery: Gallery) -> None:
    example = gallery.show("retain")
    job = job_of(example)
    assert status_of(example)["origin"] == "Adopted"
    example.place.delete_job(example.name_of_job)
    example.place.wait_gone(example.name_of_job)
    example.apply()
    example.wait_ready()
    assert (job_of(example).id, job_of(example).schedule_state) == (job.id, "Active")
    assert example.place.writes(example.principal) == []


def test_adopt_existing_takes_over_this_very_job_as_it_is(gallery: Gallery) -> None:
    example = gallery.show("adopt-existing")
    assert status_of(example)["origin"] == "Adopted"
    assert job_of(example).id == example.job["spec"]["jobId"]
    assert job_of(example).schedule_state == "Disabled"
    assert example.place.writes(example.principal) == []


def test_observe_only_says_what_it_would_do_and_does_nothing(gallery: Gallery) -> None:
    example = gallery.show("observe-only")
    found = example.place.wait_condition(example.name_of_job, "Drifted")
    assert f"would start job {job_of(example).id}" in condition(found, "Drifted")["message"]
    assert condition(found, "Ready")["reason"] == "Observed"
    assert example.place.writes(example.principal) == []


def wait_until_the_hold_is_over(example: Example) -> None:
    example.place.wait(
        example.name_of_job, lambda found: found["status"]["job"]["schedule"]["state"] == "Active", "the job runs"
    )


def test_emergency_hold_rests_until_its_time_and_then_runs(gallery: Gallery) -> None:
    example = gallery.show("emergency-hold")
    until = datetime.fromisoformat(example.job["metadata"]["annotations"][HOLD_UNTIL_ANNOTATION])
    wait_until_the_hold_is_over(example)
    assert datetime.fromisoformat(status_of(example)["lastStartTime"]) >= until
    assert job_of(example).starts == 1


def test_hr_inbound_puts_its_settings_right_and_leaves_the_job_alone(gallery: Gallery) -> None:
    example = gallery.show("hr-inbound")
    job = job_of(example)
    assert (status_of(example)["origin"], job.template_id, job.schedule_state) == ("Adopted", "API2AAD", "Active")
    assert job.settings == {"AzureIngestionAttributeOptimization": "False", "LookaheadQueryEnabled": "False"}
    assert example.place.writes(example.principal) == ["updateJob"]
    assert not condition(example.place.job(example.name_of_job), "ScheduleApplied")


def test_scim_app_has_the_token_tried_and_saved_and_the_job_started(gallery: Gallery) -> None:
    example = gallery.show("scim-app")
    [secret] = [document for document in example.documents if document["kind"] == "Secret"]
    assert example.world.secrets(example.principal) == {
        "BaseAddress": "https://intranet.example.com/scim",
        "SecretToken": secret["stringData"]["token"],
        "SyncAll": "false",
    }
    assert [tried.error for tried in example.world.credential_validations(example.principal)] == [None]
    assert len(example.world.secret_writes(example.principal)) == 1
    assert (job_of(example).schedule_state, job_of(example).sync_all) == ("Active", "false")
    assert condition(example.place.job(example.name_of_job), "CredentialsValid")["status"] == "True"


def test_cross_tenant_sync_names_the_other_tenant(gallery: Gallery) -> None:
    example = gallery.show("cross-tenant-sync")
    assert example.world.secrets(example.principal) == {
        "CompanyId": "bbbbcccc-1111-dddd-2222-eeee3333ffff",
        "AuthenticationType": "SyncPolicy",
        "SyncAll": "false",
    }
    assert (job_of(example).template_id, job_of(example).schedule_state) == ("Azure2Azure", "Active")


def test_notifications_and_threshold_keeps_what_is_of_others(gallery: Gallery) -> None:
    example = gallery.show("notifications-and-threshold")
    stored = example.world.secrets(example.principal)
    assert json.loads(stored.pop("SyncNotificationSettings")) == {
        "Enabled": True,
        "Recipients": "iam@example.com",
        "DeleteThresholdEnabled": True,
        "DeleteThresholdValue": 500,
        "HumanResourcesLookaheadQueryEnabled": "true",
    }
    assert stored == {"UserName": "of-somebody-else", "SkipOutOfScopeDeletions": "True"}
    example.world.quarantine(job_of(example).id, "EncounteredQuarantineException")
    assert has_condition(example.place.wait_condition(example.name_of_job, "Quarantined"), "Ready")


def test_several_tenants_gives_each_job_the_tenant_that_it_names(gallery: Gallery) -> None:
    example = gallery.show("several-tenants")
    for tenant in ("contoso", "fabrikam"):
        found = example.place.job(f"{tenant}-aws")["status"]
        assert found["tenantId"] == example.connections[tenant]["tenantId"]
        assert found["servicePrincipalId"] == example.principals[f"{tenant}-aws"]
        assert example.world.job(found["job"]["id"]).template_id == "aws"


def test_workload_identity_logs_in_without_a_secret(gallery: Gallery) -> None:
    example = gallery.show("workload-identity")
    connection = example.place.cluster.get(API_VERSION, CONNECTION_PLURAL, "default", example.place.namespace)
    assert has_condition(connection, "Ready")
    assert connection["status"]["source"] | {"uid": ""} == {"kind": "ServiceAccount", "name": "provisioning", "uid": ""}
    assert status_of(example)["tenantId"] == example.connections["default"]["tenantId"]


def versions(examples: list[Example]) -> list[str]:
    return [each.place.job(name)["metadata"]["resourceVersion"] for each in examples for name in each.names]


def test_applied_again_none_of_them_writes_anything(gallery: Gallery) -> None:
    """Neither to Graph nor to Kubernetes. The world stands still, so that no cycle ends meanwhile."""
    examples = [gallery.show(name) for name in PREPARATIONS]
    wait_until_the_hold_is_over(gallery.show("emergency-hold"))
    place, world = examples[0].place, examples[0].world
    world.freeze()
    principals = [principal for example in examples for principal in example.principals.values()]
    place.wait_polls(*principals, count=1)
    before, position = versions(examples), world.journal()[-1].sequence
    audit_log = place.cluster.plane.audit_log
    so_far = audit_log.position()
    for example in examples:
        example.apply()
    place.wait_polls(*principals, count=2)
    assert [entry.operation for entry in world.journal(after=position) if entry.method != "GET"] == []
    assert versions(examples) == before
    namespaces = {example.place.namespace for example in examples}
    ours = [write for write in audit_log.writes(so_far) if OPERATOR in write.user_agent]
    assert [write for write in ours if write.namespace in namespaces] == []
    world.freeze(frozen=False)
