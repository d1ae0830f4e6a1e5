"""`plan` against a simulated tenant: it says what the operator would do, and writes nothing."""

from pathlib import Path

import pytest

from entrasync.api.names import WATCH_LABEL
from tests.support.imports import PRINCIPALS, SECRET, TEMPLATES, make_jobs, run_import
from tests.support.plans import Planning, actions_of, differences_of, spec_of
from tests.support.plugin import Plugin
from tests.support.simulator_client import Principal, SimulatorClient

NEW = "(new)"


@pytest.fixture
def planning(plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> Planning:
    folder = tmp_path / "manifests"
    folder.mkdir()
    return Planning(plugin, simulator, folder)


@pytest.fixture
def app(principal: Principal) -> str:
    """The object id of the service principal."""
    return principal.id


class TestTheResultOfAnImport:
    def test_of_a_hundred_jobs_has_nothing_to_do(
        self, planning: Planning, plugin: Plugin, simulator: SimulatorClient
    ) -> None:
        make_jobs(simulator, principals=PRINCIPALS, templates=TEMPLATES)
        assert run_import(plugin, simulator, planning.folder).code == 0
        simulator.clear_journal()

        answer = planning.run()

        assert (answer.code, answer.errors) == (0, "")
        assert answer.output.endswith("100 jobs: 100 taking over a job as it is. There is nothing to do in Graph.\n")
        assert {entry.method for entry in simulator.journal() if entry.operation != "token"} == {"GET"}


class TestANewJob:
    def test_is_created_and_then_brought_to_its_spec(self, planning: Planning, app: str) -> None:
        code, item = planning.plan(
            spec_of(
                app,
                schedule={"state": "Active"},
                settings=[{"name": "LookaheadQueryEnabled", "value": "True"}],
                application={"provisioningScope": "All"},
            )
        )
        assert (code, item["outcome"]) == (1, "Changes")
        assert actions_of(item) == ["Create", "SaveApplication", "ChangeSettings", "Start"]
        base = f"/servicePrincipals/{app}/synchronization"
        assert [call for change in item["changes"] for call in change["calls"]] == [
            f"POST {base}/jobs",
            f"PUT {base}/secrets",
            f"PATCH {base}/jobs/{NEW}",
            f"POST {base}/jobs/{NEW}/start",
        ]

    def test_of_a_template_that_is_not_offered_stops(self, planning: Planning, app: str) -> None:
        code, item = planning.plan(spec_of(app, template={"id": "workday"}))
        assert (code, item["outcome"], item["reason"]) == (1, "Stops", "TemplateNotOffered")
        assert "does not offer template workday. It offers: " in item["message"]

    def test_of_an_unknown_factory_tag_stops(self, planning: Planning, app: str) -> None:
        code, item = planning.plan(spec_of(app, template={"factoryTag": "workday"}))
        assert (code, item["reason"]) == (1, "TemplateNotOffered")

    def test_of_a_service_principal_that_is_not_there_stops(self, planning: Planning) -> None:
        code, item = planning.plan(spec_of("00000000-0000-4000-8000-000000000001"))
        assert (code, item["reason"]) == (1, "ServicePrincipalNotFound")

    def test_that_may_only_be_adopted_stops(self, planning: Planning, app: str) -> None:
        code, item = planning.plan(spec_of(app, adoptionPolicy="AdoptOnly"))
        assert (code, item["reason"]) == (1, "NoJobToAdopt")


class TestAJobThatIsThere:
    @pytest.fixture
    def job(self, simulator: SimulatorClient, app: str) -> str:
        simulator.set_secrets(app, {"BaseAddress": "https://scim.example.com", "SecretToken": SECRET})
        return simulator.create_job(app, "scim", started=True).id

    def test_is_adopted_without_a_call(self, planning: Planning, app: str, job: str) -> None:
        code, item = planning.plan(spec_of(app))
        assert (code, item["outcome"], item["jobId"]) == (0, "Adopts", job)
        assert item["changes"] == [{"action": "Adopt", "sentence": f"adopt job {job}", "differences": [], "calls": []}]

    def test_is_paused(self, planning: Planning, app: str, job: str) -> None:
        code, item = planning.plan(spec_of(app, jobId=job, schedule={"state": "Paused"}))
        assert (code, actions_of(item)) == (1, ["Adopt", "Pause"])
        assert differences_of(item, "Pause") == [("schedule.state", "Active", "Paused")]

    def test_gets_another_interval(self, planning: Planning, app: str, job: str) -> None:
        _, item = planning.plan(spec_of(app, jobId=job, schedule={"interval": "PT2H"}))
        assert differences_of(item, "ChangeInterval") == [("schedule.interval", "PT40M", "PT2H")]

    def test_gets_other_settings(self, planning: Planning, simulator: SimulatorClient, app: str, job: str) -> None:
        simulator.change_job(job, settings={"LookaheadQueryEnabled": "False"})
        _, item = planning.plan(spec_of(app, settings=[{"name": "LookaheadQueryEnabled", "value": "True"}]))
        assert differences_of(item, "ChangeSettings") == [("settings[LookaheadQueryEnabled]", "False", "True")]

    def test_gets_scope_mails_and_threshold(self, planning: Planning, app: str, job: str) -> None:
        application = {
            "credentials": {"otherKeys": "Overwrite"},
            "provisioningScope": "AssignedOnly",
            "notifications": {"recipients": ["iam@example.com"]},
            "accidentalDeletions": {"threshold": 500},
        }
        _, item = planning.plan(spec_of(app, application=application))
        assert differences_of(item, "SaveApplication") == [
            ("application.provisioningScope", None, "AssignedOnly"),
            ("application.accidentalDeletions", None, "500"),
            ("application.notifications", None, "iam@example.com"),
        ]

    def test_stops_where_a_save_would_risk_a_value_that_graph_masks(
        self, planning: Planning, app: str, job: str
    ) -> None:
        code, item = planning.plan(spec_of(app, application={"provisioningScope": "All"}))
        assert (code, item["outcome"], item["reason"]) == (1, "Stops", "OtherKeysAtRisk")

    def test_gets_credentials_of_a_secret_among_the_manifests_whose_values_never_show(
        self, planning: Planning, app: str, job: str
    ) -> None:
        planning.add(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "scim", "labels": {WATCH_LABEL: "true"}},
                "stringData": {"token": "another-secret-4712"},
            },
            "secret",
        )
        reference = {"secretKeyRef": {"name": "scim", "key": "token"}}
        entries = [
            {"key": "BaseAddress", "value": "https://scim.example.com"},
            {"key": "SecretToken", "valueFrom": reference},
        ]
        code, item = planning.plan(spec_of(app, application={"credentials": {"entries": entries}}))
        assert code == 1
        assert differences_of(item, "SaveApplication") == [("application.credentials[SecretToken]", None, None)]
        assert item["changes"][-1]["calls"][0].endswith("/validateCredentials")
        shown = planning.run().output + planning.run("-o", "yaml").output
        assert "another-secret" not in shown
        assert SECRET not in shown

    def test_gets_credentials_that_count_as_new_where_their_secret_is_not_read(
        self, planning: Planning, app: str, job: str
    ) -> None:
        reference = {"secretKeyRef": {"name": "scim", "key": "token"}}
        entries = [{"key": "SecretToken", "valueFrom": reference}]
        _, item = planning.plan(
            spec_of(app, application={"credentials": {"entries": entries, "otherKeys": "Overwrite"}})
        )
        assert differences_of(item, "SaveApplication") == [("application.credentials[SecretToken]", None, None)]
        assert item["notes"] == [
            "Secret default/scim was not read (no cluster was read), so its values count as new ones."
        ]

    def test_gets_another_schema(self, planning: Planning, app: str, job: str) -> None:
        mapping = {"target": "nickName", "attribute": "mailNickname"}
        rule = {
            "name": "USER_OUTBOUND_USER",
            "objectMappings": [{"name": "Provision Azure Active Directory Users", "attributeMappings": [mapping]}],
        }
        code, item = planning.plan(spec_of(app, schema={"rules": [rule]}))
        assert (code, actions_of(item)) == (1, ["Adopt", "ChangeSchema"])
        [(field, found, wanted)] = differences_of(item, "ChangeSchema")
        assert field.startswith("schema.rules[USER_OUTBOUND_USER].objectMappings[")
        assert field.endswith("attributeMappings[nickName]")
        assert (found, wanted) == (None, "[mailNickname]")

    @pytest.mark.parametrize(("state", "calls"), [("Active", ["PUT", "POST"]), ("Paused", ["PUT"])])
    def test_is_restarted_for_another_scope_unless_it_is_paused(
        self, planning: Planning, app: str, job: str, state: str, calls: list[str]
    ) -> None:
        application = {"credentials": {"otherKeys": "Overwrite"}, "provisioningScope": "All"}
        _, item = planning.plan(spec_of(app, schedule={"state": state}, application=application))
        [save] = [change for change in item["changes"] if change["action"] == "SaveApplication"]
        assert [call.split()[0] for call in save["calls"]] == calls

    def test_in_quarantine_says_so(self, planning: Planning, simulator: SimulatorClient, app: str, job: str) -> None:
        simulator.quarantine(job, "EncounteredQuarantineException")
        code, item = planning.plan(spec_of(app))
        assert code == 0
        assert item["notes"][0].startswith(f"Graph holds job {job} in quarantine")

    def test_that_only_is_observed_shows_what_would_be_changed(self, planning: Planning, app: str, job: str) -> None:
        code, item = planning.plan(spec_of(app, managementPolicy="Observe", schedule={"state": "Paused"}))
        assert (code, item["outcome"], actions_of(item)) == (0, "Observes", ["Pause"])

    def test_that_has_another_template_stops(self, planning: Planning, app: str, job: str) -> None:
        code, item = planning.plan(spec_of(app, jobId=job, template={"id": "zendesk"}))
        assert (code, item["reason"]) == (1, "TemplateChanged")

    def test_is_taken_by_one_manifest_only(self, planning: Planning, app: str, job: str) -> None:
        planning.write(spec_of(app, jobId=job), name="one")
        planning.write(spec_of(app, jobId=job), name="two")
        answer = planning.run("-o", "json")
        assert answer.code == 1
        assert [(item["name"], item["outcome"], item["reason"]) for item in answer.document["items"]] == [
            ("one", "Adopts", None),
            ("two", "Stops", "Conflict"),
        ]


class TestTheScreen:
    def test_fits_on_a_terminal_of_80_columns(
        self, planning: Planning, simulator: SimulatorClient, app: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(planning.folder)
        planning.write(spec_of(app, schedule={"state": "Active"}))
        code, lines = planning.run_on_terminal("plan", "-f", ".")
        assert code == 1
        assert max(map(len, lines)) <= 80
        assert lines[lines.index("default/crm  Changes  crm.yaml:1") :] == [
            "default/crm  Changes  crm.yaml:1",
            "  create a job from template scim",
            "    template  + scim",
            "    POST jobs",
            "  start the new job",
            "    schedule.state  - Disabled  + Active",
            "    POST jobs/(new)/start",
            "No cluster was read, as --offline asks.",
            "1 job: 1 with changes in Graph. Applying sends 2 writes to Graph.",
        ]

    def test_names_the_job_once_and_leaves_its_id_out_of_the_calls(
        self, planning: Planning, simulator: SimulatorClient, app: str
    ) -> None:
        job = simulator.create_job(app, "scim", started=True).id
        planning.write(spec_of(app, schedule={"state": "Paused"}))
        assert planning.run().output.splitlines()[1:5] == [
            f"  adopt job {job}",
            "  pause the job",
            "    schedule.state  - Active  + Paused",
            "    POST jobs/.../pause",
        ]


class TestWhatCannotBeTold:
    def test_ends_with_2_where_graph_refuses_to_show_the_jobs(
        self, planning: Planning, simulator: SimulatorClient, app: str
    ) -> None:
        simulator.withdraw("Synchronization.ReadWrite.All", "Synchronization.Read.All")
        code, item = planning.plan(spec_of(app))
        assert (code, item["outcome"]) == (2, "Unknown")
        assert "Synchronization.Read.All" in item["message"]

    def test_ends_with_2_where_a_config_map_is_not_read(
        self, planning: Planning, simulator: SimulatorClient, app: str
    ) -> None:
        simulator.create_job(app, "scim", started=True)
        source = {"configMapKeyRef": {"name": "schema", "key": "schema.json"}}
        code, item = planning.plan(spec_of(app, schema={"policy": "Replace", "from": source}))
        assert (code, item["outcome"]) == (2, "Unknown")
        assert "ConfigMap default/schema is not among the manifests" in item["message"]

    def test_ends_with_2_where_a_file_is_no_yaml(self, planning: Planning) -> None:
        (planning.folder / "a.yaml").write_text("a: [\n")
        answer = planning.run()
        assert answer.code == 2
        assert "a.yaml:2: It is no YAML" in answer.errors

    def test_says_what_the_api_server_would_refuse(self, planning: Planning, app: str) -> None:
        code, item = planning.plan(spec_of(app, schedule={"interval": "40m"}))
        assert (code, item["outcome"]) == (1, "Invalid")
        assert item["message"].startswith("spec.schedule.interval: An interval is written as Graph writes it")
