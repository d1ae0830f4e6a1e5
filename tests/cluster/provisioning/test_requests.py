"""ProvisioningRequests on a real API server, from `kubectl create` to their end in Graph."""

import re
import uuid

from entrasync.api.names import API_VERSION, PROVISIONING_KIND, PROVISIONING_PLURAL
from tests.support.cluster import Object, has_condition
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.provisioning_requests import apply_request, wait_end


def kubectl_row(environment: OperatorEnvironment, request: Object) -> dict[str, str]:
    name, home = request["metadata"]["name"], f"--namespace={environment.namespace}"
    shown = environment.cluster.plane.kubectl("get", "provreq", name, home)
    heads, cells = (re.split(r"\s{2,}", line.strip()) for line in shown.strip().splitlines())
    return dict(zip(heads, cells, strict=True))


class TestRequest:
    def test_for_a_job_that_is_just_created_waits_for_it_and_shows_no_attribute_of_the_person(
        self, environment: OperatorEnvironment
    ) -> None:
        canary, user = f"canary-{uuid.uuid4().hex}", str(uuid.uuid4())
        attributes = {"userPrincipalName": f"{canary}@contoso.example", "displayName": canary}
        environment.secrets.add(canary)
        environment.simulator.set_objects({"id": user, "attributes": attributes})
        principal, job = environment.simulator.create_service_principal().id, f"job-{uuid.uuid4().hex[:8]}"
        request = apply_request(environment, job, user)
        environment.apply_job(principal, name=job)

        found = wait_end(environment, request)
        assert found["status"]["result"]["outcome"] == "Success"
        assert has_condition(found, "Ready")
        assert [condition(found, kind) for kind in ("Reconciling", "Stalled")] == [{}, {}]
        assert environment.operator is not None
        shown = f'kind="ProvisioningRequest",name="{request["metadata"]["name"]}"'
        assert shown in environment.operator.read("/metrics")[1]
        [entry] = environment.simulator.journal(operation="provisionOnDemand", service_principal=principal)
        assert entry.had_effect
        row = kubectl_row(environment, request)
        assert [row[head] for head in ("JOB", "READY", "REASON", "OUTCOME")] == [job, "True", "Provisioned", "Success"]
        assert find_leaks(environment) == []
        environment.simulator.set_objects()

    def test_is_reconciling_until_it_is_ready(self, environment: OperatorEnvironment) -> None:
        job = environment.apply_job(environment.simulator.create_service_principal().id)
        environment.wait_ready(job)
        request = apply_request(environment, job, "anna")
        environment.cluster.wait_shown(
            API_VERSION,
            PROVISIONING_PLURAL,
            request,
            holds=lambda found: has_condition(found, "Reconciling") and has_condition(found, "Ready", "False"),
            what="the request is in progress",
        )
        found = wait_end(environment, request)
        assert found["status"]["observedGeneration"] == found["metadata"]["generation"] == 1

    def test_with_a_time_to_live_is_gone_after_it_and_was_sent_once(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        job = environment.apply_job(principal)
        request = apply_request(environment, job, "anna", ttlSecondsAfterFinished=1)
        environment.cluster.wait_gone(
            API_VERSION, PROVISIONING_PLURAL, request["metadata"]["name"], environment.namespace
        )
        assert len(environment.simulator.journal(operation="provisionOnDemand", service_principal=principal)) == 1

    def test_that_is_restored_without_its_status_is_not_sent_again(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        job = environment.apply_job(principal)
        found = wait_end(environment, apply_request(environment, job, "anna"))
        name = found["metadata"]["name"]
        environment.cluster.delete(API_VERSION, PROVISIONING_PLURAL, name, environment.namespace)
        environment.cluster.wait_gone(API_VERSION, PROVISIONING_PLURAL, name, environment.namespace)
        metadata = {key: found["metadata"][key] for key in ("name", "namespace", "annotations")}
        head = {"apiVersion": API_VERSION, "kind": PROVISIONING_KIND}
        restored = environment.cluster.create(
            PROVISIONING_PLURAL, head | {"metadata": metadata, "spec": found["spec"]}, environment.namespace
        )
        assert wait_end(environment, restored)["status"]["result"] == {"outcome": "Unknown"}
        assert len(environment.simulator.journal(operation="provisionOnDemand", service_principal=principal)) == 1
