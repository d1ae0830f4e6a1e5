"""Each example does what its comment says, checked by its effects in Graph."""

import base64
import gzip
import json
from datetime import datetime, timedelta

from entrasync.api.names import API_VERSION, CONNECTION_PLURAL, HOLD_UNTIL_ANNOTATION, PROVISIONING_PLURAL
from graph_simulator.control_client.client import JobView
from tests.cluster.examples.conftest import AppliedExamples
from tests.cluster.examples.example import Example
from tests.cluster.examples.preparations import PREPARATIONS
from tests.cluster.examples.timed import wait_until_the_hold_is_over, wait_until_the_week_is_over
from tests.support.cluster import Object, has_condition
from tests.support.operator_environment import condition

OPERATOR = "entra-sync-operator"


def status_of(example: Example) -> Object:
    found: Object = example.environment.job(example.name_of_job)["status"]
    return found


def job_of(example: Example) -> JobView:
    return example.simulator.job(status_of(example)["job"]["id"])


def assert_schema_is_as_wanted(example: Example) -> None:
    """Check that the schema matches, and that the one of the template was kept."""
    schema = status_of(example)["schema"]
    [backup] = schema["backups"]
    stored = example.environment.cluster.get("v1", "configmaps", backup["name"], example.environment.namespace)
    assert stored["immutable"] is True
    assert list(stored["binaryData"]) == ["schema.json.gz"]
    sent = schema.pop("sent", {"shown": True})  # it is remembered for as long as reads may be older
    assert sent["shown"] is True
    assert schema == {"generation": 1, "backups": [backup]}


def test_the_example_minimal_creates_a_job_and_starts_it(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("minimal")
    assert (job_of(example).template_id, job_of(example).schedule_state) == ("SfOutDelta", "Active")
    assert status_of(example)["origin"] == "Created"


def test_the_example_paused_creates_a_job_that_does_not_run(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("paused")
    assert (job_of(example).schedule_state, job_of(example).starts) == ("Disabled", 0)


def test_the_example_retain_adopts_a_job_and_leaves_it_at_its_deletion(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("retain")
    job = job_of(example)
    assert status_of(example)["origin"] == "Adopted"
    example.environment.delete_job(example.name_of_job)
    example.environment.wait_gone(example.name_of_job)
    example.apply()
    example.wait_ready()
    assert (job_of(example).id, job_of(example).schedule_state) == (job.id, "Active")
    assert example.environment.writes(example.principal) == []


def test_the_example_adopt_existing_adopts_the_named_job_as_it_is(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("adopt-existing")
    assert status_of(example)["origin"] == "Adopted"
    assert job_of(example).id == example.job["spec"]["jobId"]
    assert job_of(example).schedule_state == "Disabled"
    assert example.environment.writes(example.principal) == []


def test_the_example_observe_only_says_what_it_would_do_and_does_nothing(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("observe-only")
    found = example.environment.wait_condition(example.name_of_job, "Drifted")
    assert f"would start job {job_of(example).id}" in condition(found, "Drifted")["message"]
    assert condition(found, "Ready")["reason"] == "Observed"
    assert example.environment.writes(example.principal) == []


def test_the_example_emergency_hold_pauses_the_job_until_its_time(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("emergency-hold")
    until = datetime.fromisoformat(example.job["metadata"]["annotations"][HOLD_UNTIL_ANNOTATION])
    wait_until_the_hold_is_over(example)
    assert datetime.fromisoformat(status_of(example)["lastStartTime"]) >= until
    assert job_of(example).starts == 1


def test_the_example_weekly_restart_restarts_the_job_at_its_time(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("weekly-restart")
    until = f"{example.simulator.now() + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    found = example.environment.wait(
        example.name_of_job,
        lambda found: found["status"]["restarts"]["periodic"]["next"] > until,
        "the run has passed",
    )
    periodic = found["status"]["restarts"]["periodic"]
    [restart] = job_of(example).restarts
    assert (restart.scope, periodic["outcome"]) == (("Escrows", "Watermark"), "Restarted")
    assert restart.time >= datetime.fromisoformat(periodic["token"])
    assert datetime.fromisoformat(periodic["next"]) - datetime.fromisoformat(periodic["token"]) > timedelta(days=6)


def test_the_example_recover_after_outage_starts_the_job_after_an_hour(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("recover-after-outage")
    job = job_of(example)
    outage = {"code": "TargetUnavailable", "message": "The application does not answer.", "tenant_actionable": False}
    example.simulator.quarantine(job.id, "EncounteredQuarantineException", outage)
    began = example.simulator.now() - timedelta(minutes=58)
    shown = {"currentBegan": f"{began:%Y-%m-%dT%H:%M:%SZ}"}
    example.simulator.override(job.id, merge={"status": {"quarantine": shown}})  # so that nobody waits for an hour
    found = example.environment.wait(
        example.name_of_job,
        lambda found: found["status"].get("restarts", {}).get("recovery", {}).get("outcome") == "Started",
        "the job was started again",
    )
    [started] = found["status"]["restarts"]["recovery"]["times"]
    assert datetime.fromisoformat(started) - began > timedelta(minutes=59)
    assert job_of(example).starts == job.starts + 1
    example.simulator.override(job.id)


def test_the_example_approve_deletions_approves_the_one_quarantine_that_it_names(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("approve-deletions")
    example.simulator.quarantine(job_of(example).id, "TooManyDeletes")
    held = example.environment.wait_condition(example.name_of_job, "DeletionsHeld")
    deletions = example.job["spec"]["application"]["accidentalDeletions"]
    assert f"approve {deletions['approve']} names another quarantine" in condition(held, "DeletionsHeld")["message"]
    deletions["approve"] = held["status"]["synchronizationStatus"]["quarantine"]["seriesBegan"]
    example.apply()
    example.environment.wait(
        example.name_of_job, lambda found: not condition(found, "DeletionsHeld"), "the deletions are performed"
    )
    assert [restart.scope for restart in job_of(example).restarts] == [("ForceDeletes",)]
    assert status_of(example)["restarts"]["approval"]["outcome"] == "Restarted"


def test_the_example_hr_inbound_corrects_its_settings_and_leaves_the_job_as_it_is(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("hr-inbound")
    job = job_of(example)
    assert (status_of(example)["origin"], job.template_id, job.schedule_state) == ("Adopted", "API2AAD", "Active")
    assert job.settings == {"AzureIngestionAttributeOptimization": "False", "LookaheadQueryEnabled": "False"}
    assert example.environment.writes(example.principal) == ["updateJob"]
    assert not condition(example.environment.job(example.name_of_job), "ScheduleApplied")


def test_the_example_attribute_mappings_changes_what_it_names_and_nothing_else(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("attribute-mappings")
    job = job_of(example)
    schema = example.simulator.schema(job.id)
    mappings = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    assert {entry["targetAttributeName"]: entry["source"]["expression"] for entry in mappings} == {
        "userName": 'Append([userPrincipalName], ".example")',
        "displayName": "[displayName]",
        "nickName": "[mailNickname]",
    }
    assert example.environment.writes(example.principal) == ["createJob", "putSchema", "startJob"]
    assert_schema_is_as_wanted(example)


def test_the_example_custom_attribute_adds_it_to_the_applications_directory_and_fills_it(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("custom-attribute")
    schema = example.simulator.schema(job_of(example).id)
    mapping = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][-1]
    source, target = schema["directories"]
    added = target["objects"][0]["attributes"][-1]
    assert added["name"] == mapping["targetAttributeName"]
    assert (added["type"], added["caseExact"], added["required"]) == ("String", True, False)
    assert mapping["source"]["name"] in {entry["name"] for entry in source["objects"][0]["attributes"]}
    assert example.environment.writes(example.principal) == ["createJob", "putSchema", "startJob"]
    assert_schema_is_as_wanted(example)


def test_the_example_mapping_tests_is_written_after_graph_has_evaluated_them(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("mapping-tests")
    made = [entry.operation for entry in example.simulator.journal(service_principal=example.principal)]
    [tests] = [document["spec"]["schema"]["tests"] for document in example.jobs]
    evaluated = made[: made.index("putSchema")].count("parseExpression")
    assert evaluated == 1 + sum(len(test["expect"]) for test in tests), "one reading of the expression, and the tests"
    assert_schema_is_as_wanted(example)


def test_the_example_restored_schema_makes_the_schema_what_it_was(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("restored-schema")
    reference = example.job["spec"]["schema"]["from"]["configMapKeyRef"]
    namespace = example.environment.namespace
    stored = example.environment.cluster.get("v1", "configmaps", reference["name"], namespace)
    before = json.loads(gzip.decompress(base64.b64decode(stored["binaryData"][reference["key"]])))
    assert example.simulator.schema(job_of(example).id) | {"version": ""} == before | {"version": ""}
    assert example.environment.writes(example.principal) == ["putSchema"]
    schema = status_of(example)["schema"]
    assert schema["source"]["uid"] == stored["metadata"]["uid"]
    assert [entry["name"] == reference["name"] for entry in schema["backups"]] == [False]


def test_the_example_scoping_filter_is_written_before_the_first_start(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("scoping-filter")
    users, groups = example.simulator.schema(job_of(example).id)["synchronizationRules"][0]["objectMappings"]
    [clauses] = [group["clauses"] for group in users["scope"]["groups"]]
    assert [(clause["sourceOperandName"], clause["operatorName"]) for clause in clauses] == [
        ("department", "EQUALS"),
        ("mail", "IS NOT NULL"),
    ]
    assert not groups["enabled"]
    assert example.environment.writes(example.principal) == ["createJob", "putSchema", "startJob"]


def test_the_example_scim_app_validates_and_saves_the_token_and_starts_the_job(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("scim-app")
    [secret] = [document for document in example.documents if document["kind"] == "Secret"]
    assert example.simulator.secrets(example.principal) == {
        "BaseAddress": "https://intranet.example.com/scim",
        "SecretToken": secret["stringData"]["token"],
        "SyncAll": "false",
    }
    assert [tried.error for tried in example.simulator.credential_validations(example.principal)] == [None]
    assert len(example.simulator.secret_writes(example.principal)) == 1
    assert (job_of(example).schedule_state, job_of(example).sync_all) == ("Active", "false")
    assert condition(example.environment.job(example.name_of_job), "CredentialsValid")["status"] == "True"


def test_the_example_cross_tenant_sync_names_the_other_tenant(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("cross-tenant-sync")
    assert example.simulator.secrets(example.principal) == {
        "CompanyId": "bbbbcccc-1111-dddd-2222-eeee3333ffff",
        "AuthenticationType": "SyncPolicy",
        "SyncAll": "false",
    }
    assert (job_of(example).template_id, job_of(example).schedule_state) == ("Azure2Azure", "Active")


def test_the_example_notifications_and_threshold_keeps_the_settings_of_others(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("notifications-and-threshold")
    stored = example.simulator.secrets(example.principal)
    assert json.loads(stored.pop("SyncNotificationSettings")) == {
        "Enabled": True,
        "Recipients": "iam@example.com",
        "DeleteThresholdEnabled": True,
        "DeleteThresholdValue": 500,
        "HumanResourcesLookaheadQueryEnabled": "true",
    }
    assert stored == {"UserName": "of-somebody-else", "SkipOutOfScopeDeletions": "True"}
    example.simulator.quarantine(job_of(example).id, "EncounteredQuarantineException")
    assert has_condition(example.environment.wait_condition(example.name_of_job, "Quarantined"), "Ready")


def test_the_example_several_tenants_gives_each_job_the_tenant_that_it_names(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("several-tenants")
    for tenant in ("contoso", "fabrikam"):
        found = example.environment.job(f"{tenant}-aws")["status"]
        assert found["tenantId"] == example.connections[tenant]["tenantId"]
        assert found["servicePrincipalId"] == example.principals[f"{tenant}-aws"]
        assert example.simulator.job(found["job"]["id"]).template_id == "aws"


def test_the_example_install_connection_keeps_to_the_tenant_of_the_install(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("install-connection")
    assert status_of(example)["tenantId"] == example.simulator.connection.tenant_id
    assert job_of(example).template_id == "zoom"


def test_the_example_workload_identity_logs_in_without_a_secret(applied_examples: AppliedExamples) -> None:
    example = applied_examples.apply("workload-identity")
    connection = example.environment.cluster.get(
        API_VERSION, CONNECTION_PLURAL, "northwind", example.environment.namespace
    )
    assert has_condition(connection, "Ready")
    assert connection["status"]["source"] | {"uid": ""} == {"kind": "ServiceAccount", "name": "provisioning", "uid": ""}
    assert status_of(example)["tenantId"] == example.connections["northwind"]["tenantId"]


def wait_provisioned(example: Example) -> Object:
    name, namespace = example.request["metadata"]["name"], example.environment.namespace
    found = example.environment.cluster.wait_for(
        API_VERSION,
        PROVISIONING_PLURAL,
        name,
        namespace,
        holds=lambda found: has_condition(found, "Ready"),
        what="the request is Ready",
    )
    result: Object = found["status"]["result"]
    assert [condition(found, kind) for kind in ("Reconciling", "Stalled")] == [{}, {}]
    assert example.environment.writes(example.principal).count("provisionOnDemand") == 1
    return result


def test_the_example_provision_user_provisions_the_user_once_and_shows_no_attribute(
    applied_examples: AppliedExamples,
) -> None:
    result = wait_provisioned(applied_examples.apply("provision-user"))
    assert (result["outcome"], result["action"], result["rule"]) == ("Success", "Create", "USER_OUTBOUND_USER")
    assert [step["name"] for step in result["provisioningSteps"]][-1] == "EntryExportAdd"
    assert not result.keys() & {"modifiedProperties", "targetId", "message"}


def test_the_example_provision_group_members_provisions_the_group_with_the_members(
    applied_examples: AppliedExamples,
) -> None:
    example = applied_examples.apply("provision-group-members")
    result = wait_provisioned(example)
    [subject] = example.request["spec"]["subjects"]
    changed = {each["displayName"]: each["newValue"] for each in result["modifiedProperties"]}
    assert changed["members"] == ", ".join(member["objectId"] for member in subject["members"])


def versions(examples: list[Example]) -> list[str]:
    return [each.environment.job(name)["metadata"]["resourceVersion"] for each in examples for name in each.names]


def test_examples_that_are_applied_again_write_nothing(applied_examples: AppliedExamples) -> None:
    """Nothing is written to Graph or Kubernetes. The simulator's clock is stopped, so that no cycle ends meanwhile."""
    examples = [applied_examples.apply(name) for name in PREPARATIONS]
    wait_until_the_hold_is_over(applied_examples.apply("emergency-hold"))
    wait_until_the_week_is_over(applied_examples.apply("weekly-restart"))
    environment, simulator = examples[0].environment, examples[0].simulator
    simulator.freeze()
    principals = [principal for example in examples for principal in example.principals.values()]
    environment.wait_polls(*principals, count=1)
    before, position = versions(examples), simulator.journal()[-1].sequence
    audit_log = environment.cluster.plane.audit_log
    so_far = audit_log.position()
    for example in examples:
        example.apply()
    environment.wait_polls(*principals, count=2)
    assert [entry.operation for entry in simulator.journal(after=position) if entry.method != "GET"] == []
    assert versions(examples) == before
    namespaces = {example.environment.namespace for example in examples}
    ours = [write for write in audit_log.writes(so_far) if OPERATOR in write.user_agent]
    assert [write for write in ours if write.namespace in namespaces] == []
    simulator.freeze(frozen=False)
