"""The files of an import: the operator reads in them what Graph showed."""

import json
from base64 import b64decode
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.stored_secrets import MASK, StoredSecret
from entrasync.core.resource.parsing import read_resource
from entrasync.core.schema.document import read_document
from entrasync.graph.service_principals import ServicePrincipal
from kubectl_entrasync.import_jobs.folder import write_text
from kubectl_entrasync.import_jobs.manifests import ImportOptions, SecretForm
from kubectl_entrasync.import_jobs.reading import FoundPrincipal
from kubectl_entrasync.import_jobs.takeover import TakenJob, Takeover, take_over

ID = "6d1c2a34-0000-4000-8000-000000000001"
JOB_ID = "scim.0123.6d1c"
STORED = (StoredSecret("BaseAddress", "https://scim.example.com"), StoredSecret("SecretToken", MASK))
SETTING_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,20}", fullmatch=True)


def found(*jobs: dict[str, Any], name: str = "Salesforce", stored: Any = (), **schemas: Any) -> FoundPrincipal:
    remote = tuple(RemoteJob(each["id"], each) for each in jobs)
    by_id = {each.id: schemas["schema"] for each in remote if schemas}
    return FoundPrincipal(ServicePrincipal(ID, "app", name), remote, stored, by_id)


def job(state: str = "Active", settings: dict[str, Any] | None = None, job_id: str = JOB_ID) -> dict[str, Any]:
    entries = [{"name": name, "value": value} for name, value in (settings or {}).items()]
    schedule = {"state": state, "interval": "PT40M"}
    return {"id": job_id, "templateId": "scim", "schedule": schedule, "synchronizationJobSettings": entries}


def take(*principals: FoundPrincipal, **options: Any) -> Takeover:
    return take_over(principals, ImportOptions(**options), {})


def only(takeover: Takeover) -> TakenJob:
    [taken] = takeover.jobs
    assert takeover.problems == []
    return taken


def read(taken: TakenJob) -> Any:
    """Read the manifest as the operator does."""
    document = yaml.safe_load(write_text(taken.files[taken.file]))
    document["metadata"] |= {"uid": "u", "namespace": "identity", "generation": 1, "resourceVersion": "1"}
    resource = read_resource(document)
    assert resource.invalid_spec is None
    return resource.desired


class TestTakeOver:
    @given(settings=st.dictionaries(SETTING_NAMES, st.text(max_size=40), max_size=8), name=st.text(max_size=60))
    def test_keeps_every_setting_under_whatever_display_name(self, settings: dict[str, str], name: str) -> None:
        assert dict(read(only(take(found(job(settings=settings), name=name)))).settings) == settings

    @pytest.mark.parametrize(("state", "wanted"), [("Active", "Active"), ("Disabled", "Paused"), ("Odd", None)])
    def test_wants_the_job_as_it_is(self, state: str, wanted: str | None) -> None:
        desired = read(only(take(found(job(state), stored=STORED), connection="contoso")))
        assert (desired.service_principal_id, desired.template_id, desired.job_id) == (ID, "scim", JOB_ID)
        assert desired.schedule_state == wanted
        assert desired.interval is None
        assert desired.connection_name == "contoso"

    def test_names_a_setting_that_cannot_be_written(self) -> None:
        taken = only(take(found(job(settings={"Good": "1", "Empty": None, "an odd name": "x"}))))
        assert read(taken).settings == (("Good", "1"),)
        assert len(taken.notes) == 2

    def test_puts_what_belongs_to_the_service_principal_into_one_manifest(self) -> None:
        siblings = take(found(job(), job(job_id="scim.0123.6d1d"), stored=STORED)).jobs
        assert sum(read(each).application is not None for each in siblings) == 1

    @pytest.mark.parametrize("schedule", [None, "daily", 7, [], {"state": 7, "interval": {}}])
    def test_takes_a_job_whose_schedule_cannot_be_read_as_it_is(self, schedule: object) -> None:
        desired = read(only(take(found(job() | {"schedule": schedule}))))
        assert desired.schedule_state is None

    def test_names_a_job_whose_id_cannot_be_in_a_spec(self) -> None:
        takeover = take(found(job(job_id="scim/../x")))
        assert takeover.jobs == []
        assert "jobId" in takeover.problems[0].message


class TestSecrets:
    @pytest.mark.parametrize(
        ("form", "kind"), [(SecretForm.SECRET, "Secret"), (SecretForm.EXTERNAL_SECRET, "ExternalSecret")]
    )
    def test_are_stubs_with_the_names_of_the_missing_keys(self, form: SecretForm, kind: str) -> None:
        taken = only(take(found(job(), stored=STORED), secrets=form))
        assert taken.missing == ("SecretToken",)
        stub = write_text(taken.files["salesforce.secret.yaml"])
        assert yaml.safe_load(stub)["kind"] == kind
        assert "SecretToken" in stub
        assert "name: salesforce-credentials" in write_text(taken.files["salesforce.yaml"])

    def test_are_left_out_if_nobody_wants_them(self) -> None:
        taken = only(take(found(job(), stored=STORED), secrets=SecretForm.NONE))
        assert list(taken.files) == ["salesforce.yaml"]
        assert "SecretToken" in write_text(taken.files["salesforce.yaml"])


class TestSchemas:
    @pytest.mark.parametrize(("attributes", "member"), [(1, "data"), (3000, "binaryData")])
    def test_are_config_maps_that_the_operator_reads(self, attributes: int, member: str) -> None:
        objects = [
            {"name": "User", "attributes": [{"name": f"attribute{n}", "type": "String"} for n in range(attributes)]}
        ]
        directories = [{"id": "1", "name": "Entra", "objects": objects}]
        schema = {"id": JOB_ID, "synchronizationRules": [], "directories": directories}
        taken = only(take(found(job(), schema=schema), with_schema=True))
        [(_, text)] = yaml.safe_load(write_text(taken.files["salesforce.schema.yaml"]))[member].items()
        content = b64decode(text) if member == "binaryData" else text.encode()
        assert json.dumps(read_document(content, JOB_ID)) == json.dumps(schema)


def test_a_comment_stays_on_its_line_whatever_a_display_name_holds() -> None:
    taken = only(take(found(job(), name="CRM\nspec:\u2028 {suspend: true}")))
    assert read(taken).is_suspended is False


class TestAName:
    @pytest.mark.parametrize(
        ("display_name", "name", "note"),
        [
            ("日本語", "job", "日本語 has no letter of names in Kubernetes (a to z), so the resource is called job."),
            ("", "job", "The service principal has no display name, so the resource is called job."),
        ],
    )
    def test_that_kubernetes_does_not_have_is_said(self, display_name: str, name: str, note: str) -> None:
        taken = only(take(found(job(), name=display_name)))
        assert taken.name == name
        assert taken.notes == (note,)

    def test_that_another_job_has_too_is_said(self) -> None:
        taken = take(found(job(), job(job_id="scim.0123.7e2d"), name="日本語"), found(job(job_id="b"), name="CRM"))
        assert [each.notes[:1] for each in taken.jobs if each.display_name == "CRM"] == [()]
        assert all(each.notes[0].startswith("日本語 has no letter") for each in taken.jobs if each.name != "crm")

    def test_is_explained_once_only(self) -> None:
        taken = take_over([found(job(), name="日本語")], ImportOptions(), {JOB_ID: "japan"})
        assert only(taken).notes == ()
