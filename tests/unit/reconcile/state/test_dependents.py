"""Which connection a job uses, and what is requeued when a Secret or a connection changes."""

from dataclasses import replace
from typing import Any, cast

import pytest

from entrasync.api.job.application import ApplicationSpec
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connection, ConnectionFault, Connections
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.dependents import Dependents, may_use_connection
from entrasync.reconcile.state.jobs import JobStore
from tests.support.connection_harness import connection
from tests.support.facts import NOW, desired, resource
from tests.support.halts import waits
from tests.support.schemas import replacing_wish, schema_wish
from tests.support.still_clock import StillClock

DEFAULT = ObjectKey("identity", "default")
NAMED = ObjectKey("identity", "contoso")


def connection_to(key: ObjectKey | None) -> Connection:
    return Connection(key, cast("Any", f"api of {key}"), cast("Any", None))


OWN = connection_to(None)


def job(name: str = "job", *, by: str | None = None, namespace: str = "identity", **overlay: Any) -> Resource:
    made = resource(overlay.pop("wish", None) or desired(connection_name=by), name=name, **overlay)
    return replace(made, key=ObjectKey(namespace, name))


class TestConnectionOfJob:
    def test_a_job_uses_the_connection_it_names(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda _: True)
        connections.put(NAMED, connection_to(NAMED))
        connections.put(DEFAULT, connection_to(DEFAULT))
        assert connections.find(job(by="contoso")) == connection_to(NAMED)

    def test_a_job_that_names_none_uses_the_default_of_its_namespace(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda _: True)
        connections.put(DEFAULT, connection_to(DEFAULT))
        assert connections.find(job()) == connection_to(DEFAULT)
        assert connections.find(job(namespace="elsewhere")) == OWN

    def test_a_job_uses_no_other_connection_when_its_own_is_broken_or_missing(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda _: True)
        connections.put(DEFAULT, ConnectionFault("CredentialRefused", "No."))
        with waits(match=r"identity/default is not ready \(CredentialRefused\): No\."):
            connections.find(job())
        with waits(match="There is no GraphConnection identity/contoso"):
            connections.find(job(by="contoso"))

    def test_a_job_never_uses_a_connection_of_another_namespace(self) -> None:
        connections = Connections(None, serves_namespace=lambda _: False)
        connections.put(NAMED, connection_to(NAMED))
        with waits(match="There is no GraphConnection elsewhere/contoso"):
            connections.find(job(by="contoso", namespace="elsewhere"))

    def test_a_job_uses_the_installs_own_only_where_that_serves_its_namespace(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda namespace: namespace == "identity")
        assert connections.find(job()) == OWN
        with waits(match="the install's own connection does not serve this namespace"):
            connections.find(job(namespace="elsewhere"))

    def test_a_job_without_any_connection_says_once_that_there_is_none_and_what_to_do(self) -> None:
        with waits(
            match="Namespace identity has no GraphConnection named default, and the install's own connection does not "
            "exist. Create GraphConnection identity/default, or name another connection in spec.connectionRef.$"
        ):
            Connections(None, serves_namespace=lambda _: True).find(job())

    def test_a_named_connection_that_is_missing_is_to_be_created_by_its_name(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda _: False)
        connections.put(DEFAULT, connection_to(DEFAULT))
        with waits(match="The namespace has these: default. Create GraphConnection identity/contoso, or name another"):
            connections.find(job(by="contoso"))

    def test_a_job_that_names_the_installs_own_is_not_captured_by_a_default_one(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda namespace: namespace == "identity")
        for namespace in ("identity", "elsewhere"):
            default = ObjectKey(namespace, "default")
            connections.put(default, connection_to(default))
        pinned = job(wish=desired(uses_install_connection=True))
        assert connections.find(pinned) == OWN
        assert not may_use_connection(pinned, DEFAULT)
        assert connections.find(replace(pinned, is_deleting=True)) == OWN
        stranger = replace(pinned, key=ObjectKey("elsewhere", "job"))
        with waits(match=r"InstallConnection default\), which does not serve namespace elsewhere\. The namespace has "):
            connections.find(stranger)
        assert connections.name_tenant(stranger) == "elsewhere"
        assert not connections.uses_operator_connection(stranger)

    def test_a_job_that_names_an_own_connection_that_the_install_does_not_have_says_so(self) -> None:
        pinned = job(wish=desired(uses_install_connection=True))
        with waits(
            match=r"does not exist: .* Give the install one \(--tenant-id and --client-id, or connection\.\* in "
        ):
            Connections(None, serves_namespace=lambda _: True).find(pinned)

    def test_a_missing_connection_is_told_with_those_that_there_are_in_a_bounded_number(self) -> None:
        connections = Connections(OWN, serves_namespace=lambda _: True)
        for number in range(12):
            key = ObjectKey("identity", f"tenant-{11 - number:02}")
            connections.put(key, connection_to(key))
        connections.put(ObjectKey("elsewhere", "secret"), connection_to(ObjectKey("elsewhere", "secret")))
        listed = ", ".join(f"tenant-{number:02}" for number in range(10))
        with waits(match=f"The namespace has these: {listed} and 2 more. The namespace may use the install's own "):
            connections.find(job(by="contoso"))


class Stores:
    """Two stores, their queues, and the references between their objects."""

    def __init__(self) -> None:
        clock = StillClock(NOW)
        store: Store[ConnectionResource] = Store()
        self.dependents = Dependents(JobStore(), store, WorkQueue(clock), WorkQueue(clock), clock)

    def put(self, *jobs: Resource) -> None:
        for each in jobs:
            self.dependents.resources.put(each)

    async def requeued(self, queue: WorkQueue, *, is_urgent: bool = True) -> set[str]:
        found = set()
        while len(queue):
            ticket = await queue.take()
            queue.finish(ticket.key)
            assert ticket.is_urgent == is_urgent
            found.add(str(ticket.key))
        return found


@pytest.fixture
def stores() -> Stores:
    return Stores()


def with_credentials(secret: str) -> ApplicationSpec:
    source = {"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": secret, "key": "token"}}}
    plain = {"key": "BaseAddress", "value": "https://scim.example.com"}
    return ApplicationSpec.model_validate({"credentials": {"entries": [plain, source]}})


class TestChangedConnection:
    async def test_a_changed_connection_requeues_the_jobs_that_use_it(self, stores: Stores) -> None:
        stores.put(job("a", by="contoso"), job("b"), job("c", by="contoso", namespace="elsewhere"))
        stores.dependents.connection_changed(NAMED)
        assert await stores.requeued(stores.dependents.job_queue, is_urgent=False) == {"identity/a"}

    async def test_a_changed_connection_requeues_those_that_wait_to_know_who_claims_their_job(
        self, stores: Stores
    ) -> None:
        waits = {"type": "Stalled", "status": "True", "reason": "ConnectionNotReady", "message": "Unknown."}
        waiting = job("waiting", namespace="elsewhere", status={"conditions": [waits]})
        stores.put(job("a", by="contoso"), waiting, job("fine", namespace="elsewhere", uid="fine"))
        stores.dependents.connection_changed(NAMED)
        requeued = await stores.requeued(stores.dependents.job_queue, is_urgent=False)
        assert requeued == {"identity/a", "elsewhere/waiting"}

    async def test_a_changed_default_requeues_the_jobs_that_name_none(self, stores: Stores) -> None:
        stores.put(job("a", by="contoso"), job("b"), job("c", by="default"), job("d", namespace="elsewhere"))
        stores.dependents.connection_changed(DEFAULT)
        requeued = await stores.requeued(stores.dependents.job_queue, is_urgent=False)
        assert requeued == {"identity/b", "identity/c"}


class TestChangedConfigMap:
    async def test_a_changed_config_map_requeues_the_jobs_that_read_their_schema_from_it(self, stores: Stores) -> None:
        reader, other = (desired(schema=replacing_wish(name)) for name in ("exported", "other"))
        merging = desired(schema=schema_wish({"target": "userName", "attribute": "mail"}))
        jobs = {"reads": reader, "other": other, "merges": merging, "none": desired()}
        stores.put(*(resource(wish, name=name) for name, wish in jobs.items()))
        stores.dependents.config_map_changed(ObjectKey("identity", "exported"))
        stores.dependents.config_map_changed(ObjectKey("elsewhere", "exported"))
        assert await stores.requeued(stores.dependents.job_queue) == {"identity/reads"}


class TestChangedSecret:
    async def test_a_changed_secret_requeues_the_connections_that_log_in_by_it(self, stores: Stores) -> None:
        for made in (connection(), connection(key=ObjectKey("elsewhere", "contoso"), uid="uid-2")):
            stores.dependents.connections.put(made)
        stores.dependents.secret_changed(ObjectKey("identity", "entra"))
        assert await stores.requeued(stores.dependents.connection_queue) == {"identity/contoso"}

    async def test_a_changed_secret_requeues_the_jobs_that_send_its_values_to_graph(self, stores: Stores) -> None:
        reader = desired(application=with_credentials("scim"))
        other = desired(application=with_credentials("other"))
        stores.put(resource(reader, name="reads"), resource(other, name="other"), resource(name="none"))
        stores.dependents.secret_changed(ObjectKey("identity", "scim"))
        stores.dependents.secret_changed(ObjectKey("elsewhere", "scim"))
        assert await stores.requeued(stores.dependents.job_queue) == {"identity/reads"}
