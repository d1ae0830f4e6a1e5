"""A ConfigMap that a job's schema comes from: a change of one that is labelled is acted on at once."""

import json
from typing import Any

from tests.support.operator_environment import OperatorEnvironment
from tests.support.polling import until

NAME = "exported"
FROM = {"policy": "Replace", "from": {"configMapKeyRef": {"name": NAME, "key": "schema.json"}}}


def written(schema: dict[str, Any], priority: int) -> dict[str, str]:
    """Write a schema as the data of a ConfigMap, with another priority of its first rule."""
    schema["synchronizationRules"][0]["priority"] = priority
    return {"schema.json": json.dumps(schema)}


def test_a_changed_config_map_is_acted_on_at_once_if_it_is_labelled(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal).id
    schema = environment.simulator.schema(job)
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "labels": {"entrasync.io/watch": "true"}},
        "data": written(schema, 41),
    }
    cluster, namespace = environment.cluster, environment.namespace
    cluster.create("configmaps", manifest, namespace)
    name = environment.apply_job(principal, pollInterval="24h", schema=FROM)
    environment.wait_ready(name)

    def priority() -> int:
        found: int = environment.simulator.schema(job)["synchronizationRules"][0]["priority"]
        return found

    assert priority() == 41
    cluster.patch("v1", "configmaps", NAME, namespace, merge={"data": written(schema, 42)})
    until(lambda: priority() == 42, what="the changed schema is in Graph")
    environment.wait_ready(name)
    cluster.patch("v1", "configmaps", NAME, namespace, merge={"data": {"schema.json": "{"}})
    assert f"Key schema.json of ConfigMap {namespace}/{NAME} is neither JSON" in environment.wait_stalled(
        name, "SchemaSourceUnreadable"
    )
    assert environment.writes(principal) == ["putSchema", "putSchema"]
