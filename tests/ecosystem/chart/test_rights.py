"""Each right of the chart's role is removed in turn: what the operator then cannot do, and how it reports it.

There is one operator for each right, all at once, each for a namespace of its own. A right without use would
fail here. Tests of the whole role (test_running.py) show that none is missing.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping

import httpx
import pytest

from entrasync.api.names import (
    API_VERSION,
    CONNECTION_PLURAL,
    EVENT_SOURCE,
    KIND,
    PLURAL,
    PROVISIONING_KIND,
    PROVISIONING_PLURAL,
)
from tests.ecosystem.chart.limited_operator import LimitedOperator
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object, has_condition
from tests.support.helm import ROOT, Helm, documents
from tests.support.installation import SimulatedTenant, clear, free_port, write_connection
from tests.support.pod import Pod
from tests.support.polling import until
from tests.support.resource_documents import has_schema_as_wanted
from tests.support.rights import Right, granted, without
from tests.support.warm_start import fork_operator

JOBS, STATUS, EVENTS = "entrasync.io/synchronizationjobs", "entrasync.io/synchronizationjobs/status", "core/events"
NAMESPACES = "core/namespaces"
NAMESPACE_DEFAULTS = {"entrasync.io/default-poll-interval": "7m"}
CONNECTIONS, CONNECTION_STATUS = "entrasync.io/graphconnections", "entrasync.io/graphconnections/status"
REQUESTS, REQUEST_STATUS = "entrasync.io/provisioningrequests", "entrasync.io/provisioningrequests/status"
SECRETS, LEASES = "core/secrets", "coordination.k8s.io/leases"
NAMESPACE_LEASE = "synchronizationjobs.entrasync.io"
NAMESPACE_LEASES = f"{LEASES} of namespaces"
"""The Lease that tells installs apart. The right on the own Lease, by which a pod leads, has a Role of its own."""
CONFIG_MAPS = "core/configmaps"
CRDS = "apiextensions.k8s.io/customresourcedefinitions"
"""No install for a namespace has this right unless it installs the CRDs, which those here do not."""


def without_list(operator: LimitedOperator) -> None:
    """The operator is never ready and reads nothing."""
    operator.wait_logged("cannot list resource")
    assert operator.pod.probe("readinessProbe") == httpx.codes.SERVICE_UNAVAILABLE
    assert operator.job["status"] == {"observedGeneration": -1}


def without_watch(operator: LimitedOperator) -> None:
    """The operator learns of no later object, so it does nothing and is not ready."""
    operator.wait_logged("cannot watch resource", PLURAL)
    operator.wait_unready()
    operator.cluster.create(
        PLURAL, write_job(operator.pod.namespace, operator.principal, "later"), operator.pod.namespace
    )
    tries = operator.pod.output.count("cannot watch resource")
    until(lambda: operator.pod.output.count("cannot watch resource") > tries, what="the watch is tried once more")
    later = operator.cluster.get(API_VERSION, PLURAL, "later", operator.pod.namespace)
    assert later["status"] == {"observedGeneration": -1}


def without_patch(operator: LimitedOperator) -> None:
    """The operator cannot set its finalizer, so it creates nothing."""
    operator.wait_logged("cannot patch resource", f'"{PLURAL}"')
    assert "finalizers" not in operator.job["metadata"]
    assert operator.graph_jobs == 0


def without_status(operator: LimitedOperator) -> None:
    """The operator cannot record its intent, so it creates nothing."""
    operator.wait_logged("cannot patch resource", f"{PLURAL}/status")
    assert operator.job["status"] == {"observedGeneration": -1}
    assert operator.graph_jobs == 0


def without_events(operator: LimitedOperator) -> None:
    """The job runs, without an Event about its creation."""
    operator.wait(lambda job: has_condition(job, "Ready"), "Ready")
    assert operator.job["status"]["effective"]["pollInterval"] == "7m"
    operator.wait_logged("An Event could not be posted", "cannot create resource")
    reported = operator.cluster.list(
        "v1", "events", operator.pod.namespace
    )  # the API server has some Events of its own
    assert [event for event in reported if event["source"].get("component") == EVENT_SOURCE] == []


def without_list_of_connections(operator: LimitedOperator) -> None:
    """The operator is never ready, because jobs would report their connection as missing."""
    operator.wait_logged("cannot list resource", CONNECTION_PLURAL)
    assert operator.pod.probe("readinessProbe") == httpx.codes.SERVICE_UNAVAILABLE
    assert operator.job["status"] == {"observedGeneration": -1}


def without_watch_of_connections(operator: LimitedOperator) -> None:
    """The operator would use outdated connections, so it does nothing and is not ready."""
    operator.wait_logged("cannot watch resource", CONNECTION_PLURAL)
    operator.wait_unready()
    write_connection(operator.cluster, operator.pod.namespace, "later")
    tries = operator.pod.output.count("cannot watch resource")
    until(lambda: operator.pod.output.count("cannot watch resource") > tries, what="the watch is tried once more")
    assert operator.find_connection("later")["status"] == {"observedGeneration": -1}


def without_status_of_connections(operator: LimitedOperator) -> None:
    """The operator cannot write whether a connection works."""
    operator.wait_logged("cannot patch resource", f"{CONNECTION_PLURAL}/status")
    assert operator.find_connection()["status"] == {"observedGeneration": -1}


def without_list_of_requests(operator: LimitedOperator) -> None:
    """The operator is never ready."""
    operator.wait_logged("cannot list resource", PROVISIONING_PLURAL)
    assert operator.pod.probe("readinessProbe") == httpx.codes.SERVICE_UNAVAILABLE


def without_watch_of_requests(operator: LimitedOperator) -> None:
    """The operator learns of no later request, so it is not ready."""
    operator.wait_logged("cannot watch resource", PROVISIONING_PLURAL)
    operator.wait_unready()


def without_patch_of_requests(operator: LimitedOperator) -> None:
    """The operator cannot mark a request as accepted, so it sends none."""
    operator.wait_logged("cannot patch resource", f'"{PROVISIONING_PLURAL}"')
    assert "annotations" not in operator.find_request()["metadata"]
    assert operator.tenant.simulator.journal(operation="provisionOnDemand", service_principal=operator.principal) == []


def without_status_of_requests(operator: LimitedOperator) -> None:
    """The operator cannot record its intent, so it sends nothing."""
    operator.wait_logged("cannot patch resource", f"{PROVISIONING_PLURAL}/status")
    assert operator.find_request()["status"] == {"observedGeneration": -1}
    assert operator.tenant.simulator.journal(operation="provisionOnDemand", service_principal=operator.principal) == []


def without_delete_of_requests(operator: LimitedOperator) -> None:
    """The operator cannot delete a request whose time to live is over, and says so."""
    operator.wait_logged("cannot delete resource", f'"{PROVISIONING_PLURAL}"')
    assert operator.find_request()["status"]["result"]["outcome"] == "Success"


def without_get_of_secrets(operator: LimitedOperator) -> None:
    """The operator cannot read a credential and names the missing right."""
    message = operator.wait_connection("SecretUnreadable")
    assert f"lacks the right get on secrets in namespace {operator.pod.namespace}" in message


def without_list_or_watch_of_secrets(operator: LimitedOperator) -> None:
    """The operator reports once that changed Secrets are seen only at the next poll, and does everything else."""
    operator.wait_logged("Secrets cannot be watched; their changes are seen at the next poll")
    operator.wait_connection("CloudUnknown")
    operator.wait(lambda job: has_condition(job, "Ready"), "Ready")
    assert operator.pod.output.count("Secrets cannot be watched") == 1


def without_get_of_config_maps(operator: LimitedOperator) -> None:
    """The operator cannot read a schema, and names the missing right."""
    reference = {"name": "exported", "key": "schema.json"}
    operator.patch(spec={"schema": {"policy": "Replace", "from": {"configMapKeyRef": reference}}})
    message = operator.wait_stalled("SchemaSourceUnreadable")
    assert f"lacks the right get on configmaps in namespace {operator.pod.namespace}" in message


def without_list_or_watch_of_config_maps(operator: LimitedOperator) -> None:
    """The operator reports once that changed ConfigMaps are seen only at the next poll, and does everything else."""
    operator.wait_logged("ConfigMaps cannot be watched; their changes are seen at the next poll")
    operator.wait(lambda job: has_condition(job, "Ready"), "Ready")
    assert operator.pod.output.count("ConfigMaps cannot be watched") == 1


def without_create_of_config_maps(operator: LimitedOperator) -> None:
    """The operator cannot back up a schema, so it changes none, and names the missing right."""
    operator.map_user_name_to("a")
    assert "cannot create resource" in operator.wait_stalled("SchemaBackupFailed")
    operator.patch(spec={"schema": {"backup": "Never"}})
    operator.wait(lambda job: has_condition(job, "Ready"), "Ready")


def without_delete_of_config_maps(operator: LimitedOperator) -> None:
    """The operator cannot delete the oldest backup, so it changes no schema more than four times."""
    for text in "abcd":
        operator.map_user_name_to(text)
        operator.wait(has_schema_as_wanted, f"it maps {text}")
    operator.map_user_name_to("e")
    assert "cannot delete resource" in operator.wait_stalled("SchemaBackupFailed")


def without_namespaces(operator: LimitedOperator) -> None:
    """The operator cannot read the defaults of the namespace, which may say Observe, so it creates nothing."""
    operator.wait_logged("may not be read", operator.pod.namespace)
    operator.wait(lambda job: has_condition(job, "DefaultsInDoubt"), "DefaultsInDoubt")
    assert operator.job["status"]["effective"] == {
        "managementPolicy": "Observe",
        "deletionPolicy": "Retain",
        "pollInterval": "10m",
    }
    assert operator.graph_jobs == 0


def without_get_of_crds(operator: LimitedOperator) -> None:
    """The operator asks discovery whether the CRD is being deleted, and deletes the job as before."""
    operator.wait(lambda job: has_condition(job, "Ready"), "Ready")
    operator.cluster.delete(API_VERSION, PLURAL, operator.name, operator.pod.namespace)
    operator.cluster.wait_gone(API_VERSION, PLURAL, operator.name, operator.pod.namespace)
    assert operator.graph_jobs == 0
    operator.wait_logged("may not be read", "told by discovery")


def without_a_right_on_the_lease(operator: LimitedOperator) -> None:
    """The operator does not lead, or not for longer than a term, and says what to grant."""
    operator.wait_logged("refuses the Lease, so this replica cannot lead", "Grant get, create and patch on leases")


def without_a_right_on_the_lease_of_a_namespace(operator: LimitedOperator) -> None:
    """The operator works, and says that it cannot tell whether another install does so too."""
    home = operator.pod.namespace
    operator.wait_logged(f"refuses the Lease {NAMESPACE_LEASE} in namespace {home}, so it cannot be told", "Grant get")
    operator.wait(lambda job: has_condition(job, "Ready"), "Ready")


LOSSES: Mapping[Right, Callable[[LimitedOperator], None]] = {
    ("list", JOBS): without_list,
    ("watch", JOBS): without_watch,
    ("patch", JOBS): without_patch,
    ("patch", STATUS): without_status,
    ("create", EVENTS): without_events,
    ("get", CONFIG_MAPS): without_get_of_config_maps,
    ("list", CONFIG_MAPS): without_list_or_watch_of_config_maps,
    ("watch", CONFIG_MAPS): without_list_or_watch_of_config_maps,
    ("create", CONFIG_MAPS): without_create_of_config_maps,
    ("delete", CONFIG_MAPS): without_delete_of_config_maps,
    ("get", NAMESPACES): without_namespaces,
    ("get", CRDS): without_get_of_crds,
    ("list", CONNECTIONS): without_list_of_connections,
    ("watch", CONNECTIONS): without_watch_of_connections,
    ("patch", CONNECTION_STATUS): without_status_of_connections,
    ("list", REQUESTS): without_list_of_requests,
    ("watch", REQUESTS): without_watch_of_requests,
    ("patch", REQUESTS): without_patch_of_requests,
    ("delete", REQUESTS): without_delete_of_requests,
    ("patch", REQUEST_STATUS): without_status_of_requests,
    ("get", SECRETS): without_get_of_secrets,
    ("list", SECRETS): without_list_or_watch_of_secrets,
    ("watch", SECRETS): without_list_or_watch_of_secrets,
    ("get", LEASES): without_a_right_on_the_lease,
    ("create", LEASES): without_a_right_on_the_lease,
    ("patch", LEASES): without_a_right_on_the_lease,
    ("get", NAMESPACE_LEASES): without_a_right_on_the_lease_of_a_namespace,
    ("create", NAMESPACE_LEASES): without_a_right_on_the_lease_of_a_namespace,
    ("patch", NAMESPACE_LEASES): without_a_right_on_the_lease_of_a_namespace,
}

EXISTING_LEASES = {("create", NAMESPACE_LEASES): "own", ("patch", NAMESPACE_LEASES): NAMESPACE_LEASE}
"""What is there before the operator, so that it needs no create of its own Lease, or a patch at once."""


def is_on_own_lease(role: Object) -> bool:
    """Whether a Role is the one by which a pod leads."""
    return str(role["metadata"]["name"]).endswith("-leader-election")


def rights_of(role: Object) -> set[Right]:
    """Return the rights of a role, those on the two Leases apart."""
    leases = LEASES if is_on_own_lease(role) else NAMESPACE_LEASES
    return {(verb, leases if resource == LEASES else resource) for verb, resource in granted(role)}


def remove_right(role: Object, right: Right) -> Object:
    """Remove a right from a role. Kubernetes cannot narrow create to one Lease, so that goes from both roles."""
    verb, resource = right
    if resource not in {LEASES, NAMESPACE_LEASES}:
        return without(role, right)
    is_meant = verb == "create" or is_on_own_lease(role) == (resource == LEASES)
    return without(role, (verb, LEASES)) if is_meant else role


SOME_HOME, SOME_PORT = "without-a-right", 54321


def render_for_a_namespace(helm: Helm, tenant: SimulatedTenant) -> str:
    """Render an install for a namespace. For others, only the name and the port differ."""
    watch = {"scope": "Namespaces", "namespaces": [SOME_HOME]}
    values = tenant.values() | {"fullnameOverride": SOME_HOME, "watch": watch, "crds": {"enabled": False}}
    return helm.render("entra", f"--namespace={SOME_HOME}", values=values | {"httpPort": SOME_PORT})


def move_to_namespace(rendered: str, home: str) -> list[Object]:
    """Move an install to another namespace, and to a port that is free."""
    at_port = re.sub(rf"(?<=[= ]){SOME_PORT}$", str(free_port()), rendered, flags=re.MULTILINE)
    assert str(SOME_PORT) not in at_port
    return documents(at_port.replace(SOME_HOME, home))


@pytest.fixture(scope="module")
def operators(
    bare_cluster: Cluster, tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[Right, LimitedOperator]]:
    """All operators, started at once."""
    rendered = render_for_a_namespace(find_helm("helm3", tmp_path_factory), tenant)
    bare_cluster.apply_crds(ROOT / "crds")
    homes = {right: f"without-{right[0]}-{secrets.token_hex(4)}" for right in LOSSES}
    manifests: list[Object] = []
    for right, home in homes.items():
        tenant.prepare(bare_cluster, home)
        bare_cluster.patch("v1", "namespaces", home, merge={"metadata": {"annotations": NAMESPACE_DEFAULTS}})
        install = move_to_namespace(rendered, home)
        manifests += [remove_right(each, right) if each["kind"] == "Role" else each for each in install]
        if existing := EXISTING_LEASES.get(right):
            manifests.append(write_lease(home, home if existing == "own" else existing))
    bare_cluster.apply(manifests)
    started: dict[Right, LimitedOperator] = {}
    for right, home in homes.items():
        principal = tenant.simulator.create_service_principal().id
        bare_cluster.create(PLURAL, write_job(home, principal), home)
        if right[1] in {REQUESTS, REQUEST_STATUS}:
            bare_cluster.create(PROVISIONING_PLURAL, write_request(home), home)
        write_connection(bare_cluster, home)
        pod = Pod.of(bare_cluster, home, home, tmp_path_factory.mktemp("pod"), begin=fork_operator)
        started[right] = LimitedOperator(bare_cluster, tenant, pod.start(), principal)
    yield started
    for operator in started.values():
        operator.pod.stop()
    clear(bare_cluster)


@pytest.mark.parametrize("right", LOSSES, ids=" ".join)
def test_an_operator_without_a_right_reports_why_it_cannot_do_its_work(
    operators: dict[Right, LimitedOperator], right: Right
) -> None:
    LOSSES[right](operators[right])


def test_every_right_of_the_chart_was_removed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    rendered = documents(find_helm("helm3", tmp_path_factory).render("entra"))
    bound = {document["roleRef"]["name"] for document in rendered if "roleRef" in document}
    roles = [document for document in rendered if "rules" in document and document["metadata"]["name"] in bound]
    assert {right for role in roles for right in rights_of(role)} == set(LOSSES)


def write_lease(namespace: str, name: str) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {}}


def write_job(namespace: str, principal: str, name: str = "job") -> Object:
    metadata = {"name": name, "namespace": namespace}
    spec = {"servicePrincipal": {"objectId": principal}, "template": {"id": "scim"}}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


def write_request(namespace: str) -> Object:
    subjects = [{"objectId": "anna", "objectTypeName": "User"}]
    spec = {"jobRef": {"name": "job"}, "subjects": subjects, "ttlSecondsAfterFinished": 0}
    metadata = {"name": "anna", "namespace": namespace}
    return {"apiVersion": API_VERSION, "kind": PROVISIONING_KIND, "metadata": metadata, "spec": spec}
