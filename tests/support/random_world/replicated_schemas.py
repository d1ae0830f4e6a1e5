"""The schemas of a replicated Graph: a read may show one from before the last writes, as it does of jobs."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from entrasync.core.remote.provisioning import ProvisioningReport, ProvisioningSubject
from entrasync.core.remote.schema import Evaluation, ParsedExpression, Schema, attribute_source
from tests.support.random_world.world_clock import START, WorldTime
from tests.support.schemas import discovered_schema, function_source

UNKNOWN = "unknownMember"
"""A member that nobody knows. Each schema has it from the beginning, and keeps it."""


def first_schema() -> dict[str, Any]:
    """Return the schema that each job begins with."""
    return discovered_schema()


def source_of(schema: Mapping[str, Any], target: str) -> Mapping[str, Any] | None:
    """Return what flows into an attribute of the target."""
    mappings = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    found = [mapping["source"] for mapping in mappings if mapping["targetAttributeName"] == target]
    return found[0] if found else None


class ReplicatedSchemas:
    """`SchemaApi` and `ProvisioningApi` over versions of schemas."""

    time: WorldTime

    def __init__(self) -> None:
        self._versions: defaultdict[str, list[tuple[datetime, Schema]]] = defaultdict(lambda: [(START, first_schema())])
        self.watch_schema: Callable[[str, str, Schema], None] = lambda service_principal_id, job_id, document: None

    def _call(self, call: str, act: Callable[[], object] = lambda: None) -> None:
        raise NotImplementedError

    def _write(self, call: str, service_principal_id: str, subject: str, act: Callable[[], object]) -> None:
        raise NotImplementedError

    def _read_time(self) -> datetime:
        raise NotImplementedError

    def newest_schema(self, job_id: str) -> Schema:
        """Return the schema that a job has."""
        return self._versions[job_id][-1][1]

    def change_schema(self, job_id: str, target: str, attribute: str) -> None:
        """Change a mapping at the portal."""
        schema = deepcopy(dict(self.newest_schema(job_id)))
        for mapping in schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]:
            if mapping["targetAttributeName"] == target:
                mapping["source"] = attribute_source(attribute)
        self._versions[job_id].append((self.time.now(), schema))

    async def get_schema(self, service_principal_id: str, job_id: str) -> Schema:
        self._call("get_schema")
        as_of = self._read_time()
        shown = next((schema for at, schema in reversed(self._versions[job_id]) if at <= as_of), first_schema())
        return deepcopy(shown)

    async def get_template_schema(self, service_principal_id: str, template_id: str) -> Schema:
        raise AssertionError("No spec of this world asks for the schema of a template.")

    async def delete_schema(self, service_principal_id: str, job_id: str) -> None:
        raise AssertionError("No spec of this world resets a schema.")

    async def put_schema(self, service_principal_id: str, job_id: str, schema: Schema) -> None:
        def put() -> None:
            self.watch_schema(service_principal_id, job_id, schema)
            self._versions[job_id].append((self.time.now(), deepcopy(dict(schema))))

        self._write("put_schema", service_principal_id, job_id, put)

    async def parse_expression(self, service_principal_id: str, job_id: str, expression: str) -> ParsedExpression:
        self._call("parse_expression")
        name, _, rest = expression.partition("(")
        return ParsedExpression(function_source(name, attribute_source(rest.strip("[] )"))))

    async def evaluate_expression(
        self, service_principal_id: str, job_id: str, expression: str, attributes: Mapping[str, str]
    ) -> Evaluation:
        raise AssertionError("No spec of this world tests a mapping.")

    async def provision_on_demand(
        self, service_principal_id: str, job_id: str, rule_id: str, subject: ProvisioningSubject
    ) -> ProvisioningReport:
        self._write("provision_on_demand", service_principal_id, job_id, lambda: None)
        return ProvisioningReport("Success", "Create")
