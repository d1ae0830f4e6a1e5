"""Troubles that make alerts fire, each with what ends it. They harm no other job of the operator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cluster.application.scim import ScimApp
from tests.support.alert_cases import EXPIRY
from tests.support.certificates import certificate_pem, key_pem, make_certificate
from tests.support.operator_environment import OperatorEnvironment
from tests.support.prometheus_server import PrometheusServer
from tests.support.provisioning_requests import apply_request
from tests.support.teams import Team

OFTEN = "30s"
"""The poll interval of the jobs: half a second of real time."""

LEASES = "coordination.k8s.io/v1"


@dataclass(frozen=True)
class Trouble:
    """The alerts that a trouble makes fire, how it is made, and the end of it.

    `make` returns what ends it.
    """

    alerts: tuple[str, ...]
    make: Callable[[], Callable[[], object]]


def _adopt(environment: OperatorEnvironment, **spec: Any) -> tuple[str, str]:
    """Make a job that runs, and a resource that adopts it; returns their names."""
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=True).id
    return environment.apply_job(principal, pollInterval=OFTEN, **spec), job


def list_troubles(
    environment: OperatorEnvironment, prometheus: PrometheusServer, *, broken: Team, expiring: Team
) -> list[Trouble]:
    """List the troubles of jobs and of connections. Each team has a namespace of its own and no connection yet."""
    return [
        _quarantine(environment, "EncounteredQuarantineException", "EntraSyncJobQuarantinedForWeeks"),
        _quarantine(environment, "TooManyDeletes", "EntraSyncDeletionsHeld"),
        Trouble(("EntraSyncJobOverdue",), lambda: _overdue(environment)),
        Trouble(
            ("EntraSyncJobEscrowsRising", "EntraSyncJobManyEscrows"),
            lambda: _fail_more_objects(environment, prometheus),
        ),
        Trouble(("EntraSyncJobEscrowsPruned",), lambda: _prune(environment)),
        Trouble(("EntraSyncDeletionLimitReached",), lambda: _hold_deletion(environment)),
        Trouble(("EntraSyncAppCredentialsRefused",), lambda: _refuse_credentials(environment)),
        Trouble(("EntraSyncForeignSecretLost",), lambda: _lose_secret(environment)),
        Trouble(("EntraSyncJobStalled",), lambda: _stall(environment)),
        Trouble(("EntraSyncProvisioningRequestsFailing",), lambda: _fail_request(environment)),
        Trouble(("EntraSyncConnectionFailing", "EntraSyncJobsNotSeen"), lambda: _break_connection(broken)),
        Trouble(("EntraSyncCredentialExpiresSoon",), lambda: _let_certificate_expire(expiring, prometheus)),
        Trouble(("EntraSyncCredentialExpiresNow",), lambda: _let_secret_expire(expiring, prometheus)),
    ]


def _quarantine(environment: OperatorEnvironment, reason: str, alert: str) -> Trouble:
    """Put a job into quarantine. Simulated time is forty days behind, so the quarantine lasts weeks at once."""

    def make() -> Callable[[], object]:
        name, job = _adopt(environment)
        environment.wait_ready(name)
        environment.simulator.quarantine(job, reason)
        return lambda: environment.simulator.act(job, "restart", scope="QuarantineState")

    return Trouble(("EntraSyncJobQuarantined", alert), make)


def _overdue(environment: OperatorEnvironment) -> Callable[[], object]:
    name, _ = _adopt(environment, freshness={"maxAge": "1m"})
    return lambda: environment.change_job(name, freshness={"maxAge": "2000h"})


def _fail_more_objects(environment: OperatorEnvironment, prometheus: PrometheusServer) -> Callable[[], object]:
    """Have one object of a job fail, and more of them as soon as Prometheus has seen that."""
    name, job = _adopt(environment)

    def fail(count: int) -> None:
        environment.simulator.override(job, merge={"status": {"lastExecution": {"countEscrowed": count}}})

    fail(1)
    prometheus.wait_shown(f'entrasync_job_escrows{{name="{name}"}} == 1')
    fail(3000)
    return lambda: fail(1)


def _prune(environment: OperatorEnvironment) -> Callable[[], object]:
    _, job = _adopt(environment)
    environment.simulator.override(job, merge={"status": {"escrowsPruned": True}})
    return lambda: environment.simulator.override(job)


def _hold_deletion(environment: OperatorEnvironment) -> Callable[[], object]:
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, deletionPolicy="Delete", pollInterval=OFTEN)
    environment.wait_ready(name)
    environment.applied.remove(name)
    environment.delete_job(name)
    return lambda: environment.annotate(name, deletion_approved="true")


def _refuse_credentials(environment: OperatorEnvironment) -> Callable[[], object]:
    app = ScimApp.register(environment)
    name, good = app.apply(pollInterval=OFTEN), app.token
    environment.wait_ready(name)
    environment.simulator.set_target_app(app.principal, accepts={"SecretToken": [good]})
    app.rotate()
    return lambda: app.rotate(good)


def _lose_secret(environment: OperatorEnvironment) -> Callable[[], object]:
    environment.simulator.switch(secrets_put_drops="UserName")
    app = ScimApp.register(environment)
    environment.simulator.set_secrets(app.principal, {"UserName": "somebody@example.com"})
    name = app.apply(pollInterval=OFTEN)
    environment.wait_stalled(name, "ForeignSecretLost")
    environment.simulator.switch(secrets_put_drops="")
    return lambda: environment.annotate(name, foreign_secret_acknowledged="true")


def _stall(environment: OperatorEnvironment) -> Callable[[], object]:
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, template="no-such-template", pollInterval=OFTEN)
    environment.wait_stalled(name, "TemplateNotOffered")
    environment.applied.remove(name)
    return lambda: environment.delete_job(name)


def _fail_request(environment: OperatorEnvironment) -> Callable[[], object]:
    name, _ = _adopt(environment)
    environment.wait_ready(name)
    environment.simulator.set_objects({"id": "known", "attributes": {"userPrincipalName": "known@contoso.example"}})
    apply_request(environment, name, "00000000-0000-4000-8000-000000000000")
    return lambda: environment.simulator.set_objects()


def _break_connection(team: Team) -> Callable[[], object]:
    team.apply_secret(client_secret="canary~that-is-wrong")
    team.apply_connection()
    team.environment.apply_job(team.make_principal(), pollInterval=OFTEN)
    return team.apply_secret


def _let_certificate_expire(team: Team, prometheus: PrometheusServer) -> Callable[[], object]:
    def apply_certificate(ends: timedelta) -> None:
        pem = certificate_pem(make_certificate(ends=ends))
        team.environment.simulator.add_certificate(pem, team.client, team.tenant)
        team.apply_secret("entra-tls", tls__crt=pem, tls__key=key_pem())

    apply_certificate(timedelta(days=7))
    proof = {"clientId": team.client, "secretRef": {"name": "entra-tls"}}
    team.wait_connected(team.apply_connection("by-certificate", clientSecret=None, clientCertificate=proof))
    prometheus.wait_shown(f'{EXPIRY}{{name="by-certificate", credential="certificate"}}')
    return lambda: apply_certificate(timedelta(days=90))


def _let_secret_expire(team: Team, prometheus: PrometheusServer) -> Callable[[], object]:
    def apply_secret(secret: str, ends: timedelta) -> None:
        simulator, end = team.environment.simulator, datetime.now(UTC) + ends
        simulator.add_secret(secret, team.client, team.tenant)
        simulator.set_secret_end(secret, end, client_id=team.client, tenant_id=team.tenant)
        team.apply_secret(client_secret=secret)

    apply_secret("old~canary-of-a-client-secret", timedelta(days=1))
    team.wait_connected(team.apply_connection("by-secret"))
    prometheus.wait_shown(f'{EXPIRY}{{name="by-secret", credential="secret"}}')
    return lambda: apply_secret("new~canary-of-a-client-secret", timedelta(days=90))


@contextmanager
def held_lease(environment: OperatorEnvironment, name: str) -> Iterator[None]:
    """Have somebody else hold the Lease of the operator, which does not run, and release it in the end."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {"holderIdentity": "somebody-else", "leaseDurationSeconds": 3600, "renewTime": now, "acquireTime": now}
    environment.cluster.patch(LEASES, "leases", name, environment.namespace, merge={"spec": spec})
    yield
    released = {"holderIdentity": "", "leaseDurationSeconds": 1}
    environment.cluster.patch(LEASES, "leases", name, environment.namespace, merge={"spec": released})


def join_second_install(environment: OperatorEnvironment) -> OperatorEnvironment:
    """Describe a second install for the same namespace."""
    launch = replace(environment.launch, lease="second", namespaces=(environment.namespace,))
    return replace(environment, launch=launch, log=environment.log.with_name("second.log"), operator=None)
