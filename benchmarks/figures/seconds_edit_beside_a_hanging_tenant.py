"""Measures the seconds from an edit until its job is paused, while another tenant hangs with 400 jobs.

The 400 resources reach their tenant by a GraphConnection of their namespace. Graph does not answer their creates at
all. The edited resource is in the install's own tenant, whose Graph answers as ever.
"""

import time
import uuid

import yaml

from benchmarks.environment import NAMESPACE, BenchmarkEnvironment, start_environment

COUNT = 400
MIN_HANGING = 20
"""Creates that must hang before the edit. The operator makes a few more passes of one tenant at the same time."""
SLOW = "slow"
CONNECTION = """
apiVersion: v1
kind: Namespace
metadata: {{name: slow}}
---
apiVersion: v1
kind: Secret
metadata: {{name: entra, namespace: slow, labels: {{entrasync.io/watch: "true"}}}}
stringData: {{client_secret: {secret}}}
---
apiVersion: entrasync.io/v1alpha1
kind: GraphConnection
metadata: {{name: default, namespace: slow}}
spec:
  cloud: Simulator
  tenantId: {tenant}
  clientSecret: {{clientId: {client}, secretRef: {{name: entra, key: client_secret}}}}
"""
ROLES = ["Application.Read.All", "Synchronization.ReadWrite.All"]


def measure() -> float:
    """Pause a job beside a tenant that hangs."""
    with start_environment() as environment:
        [manifest] = environment.make_manifests(1, schedule={"state": "Active"})
        environment.apply([manifest])
        hanging = environment.simulator.hold("createJob", times=None)
        environment.cluster.apply(yaml.safe_dump_all(_make_slow_manifests(environment)), SLOW)
        environment.wait("the other tenant hangs", lambda: hanging.look().holding >= MIN_HANGING)
        manifest["spec"]["schedule"] = {"state": "Paused"}
        began = time.monotonic()
        environment.cluster.apply(yaml.safe_dump(manifest), NAMESPACE)
        environment.wait("the job is paused", lambda: environment.simulator.calls().graph.get("pauseJob", 0) > 0)
        return time.monotonic() - began


def _make_slow_manifests(environment: BenchmarkEnvironment) -> list[dict[str, object]]:
    """Make the other tenant, its connection and its service principals, and return a resource for each of these."""
    tenant, client, secret = str(uuid.uuid4()), str(uuid.uuid4()), "toy"
    environment.simulator.set_application(client, tenant, secrets=[secret], roles=ROLES)
    environment.cluster.apply(CONNECTION.format(secret=secret, tenant=tenant, client=client))
    return environment.make_manifests(COUNT, tenant_id=tenant)
