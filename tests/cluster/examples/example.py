"""An example of examples/, and the tenant that it is about."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION, KIND, PROVISIONING_KIND
from graph_simulator.control_client.client import SimulatorClient
from local_stack.operator_process import CLOUD
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment

ROOT = Path(__file__).parents[3] / "examples"
EXAMPLES = sorted(path.stem for path in ROOT.glob("*.yaml"))


@dataclass(frozen=True)
class Example:
    """An example with a namespace of its own. The tenant has the ids of the example, except the job's id."""

    name: str
    environment: OperatorEnvironment
    documents: list[Object]
    principals: dict[str, str] = field(default_factory=dict)
    """The service principal of each SynchronizationJob, by object id."""

    @classmethod
    def read(cls, name: str, environment: OperatorEnvironment) -> "Example":
        """Read an example."""
        return cls(name, environment, list(yaml.safe_load_all((ROOT / f"{name}.yaml").read_text(encoding="utf-8"))))

    @property
    def jobs(self) -> list[Object]:
        """Its SynchronizationJobs."""
        return [document for document in self.documents if document["kind"] == KIND]

    @property
    def job(self) -> Object:
        """Its only SynchronizationJob."""
        [job] = self.jobs
        return job

    @property
    def request(self) -> Object:
        """Its only ProvisioningRequest."""
        [found] = [document for document in self.documents if document["kind"] == PROVISIONING_KIND]
        return found

    @property
    def name_of_job(self) -> str:
        """The name of its only SynchronizationJob."""
        return str(self.job["metadata"]["name"])

    @property
    def names(self) -> list[str]:
        """The names of its SynchronizationJobs."""
        return [job["metadata"]["name"] for job in self.jobs]

    @property
    def principal(self) -> str:
        """The service principal of its only SynchronizationJob."""
        return self.principals[self.name_of_job]

    @property
    def connections(self) -> dict[str, Object]:
        """The specs of its GraphConnections, by name."""
        found = [document for document in self.documents if document["kind"] == CONNECTION_KIND]
        return {document["metadata"]["name"]: document["spec"] for document in found}

    @property
    def simulator(self) -> SimulatorClient:
        """The simulated Graph."""
        return self.environment.simulator

    def make_principals(self) -> None:
        """Make its service principals."""
        for job in self.jobs:
            name, spec = job["metadata"]["name"], job["spec"]
            asked = spec["servicePrincipal"]
            ids = {"id": asked["objectId"]} if "objectId" in asked else {"app_id": asked["appId"]}
            connection = self.connections.get(spec.get("connectionRef", {}).get("name", DEFAULT_CONNECTION), {})
            tenant = {"tenant_id": connection["tenantId"]} if connection else {}
            template = [_describe(spec["template"])]
            self.principals[name] = self.simulator.create_service_principal(
                name, templates=template, **ids, **tenant
            ).id

    def apply(self) -> None:
        """Apply it to its namespace, as `kubectl apply` does. Only the cloud of a connection is replaced."""
        for connection in self.connections.values():
            connection["cloud"] = CLOUD
        self.environment.cluster.apply(self.documents, self.environment.namespace)
        self.environment.applied.extend(name for name in self.names if name not in self.environment.applied)

    def wait_ready(self) -> Object:
        """Wait until all its jobs are Ready; returns the last."""
        return [self.environment.wait_ready(name) for name in self.names][-1]


def _describe(template: dict[str, str]) -> dict[str, Any]:
    name = template.get("id") or template["factoryTag"]
    return {"id": template.get("id", name), "factory_tag": template.get("factoryTag", name)}
