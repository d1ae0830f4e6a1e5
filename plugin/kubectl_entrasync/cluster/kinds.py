"""The kinds of objects that the commands read and write."""

from dataclasses import dataclass

from entrasync.api.names import (
    CONNECTION_KIND,
    CONNECTION_PLURAL,
    GROUP,
    KIND,
    PLURAL,
    PROVISIONING_KIND,
    PROVISIONING_PLURAL,
    VERSION,
)


@dataclass(frozen=True)
class Kind:
    """How the API server serves a kind. `singular` is what the client calls one of the core group."""

    name: str
    plural: str
    group: str = ""
    version: str = "v1"
    singular: str = ""
    is_namespaced: bool = True

    @property
    def resource(self) -> str:
        """The resource as rights name it, such as `leases.coordination.k8s.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


JOBS = Kind(KIND, PLURAL, GROUP, VERSION)
CONNECTIONS = Kind(CONNECTION_KIND, CONNECTION_PLURAL, GROUP, VERSION)
REQUESTS = Kind(PROVISIONING_KIND, PROVISIONING_PLURAL, GROUP, VERSION)
EVENTS = Kind("Event", "events", singular="event")
SECRETS = Kind("Secret", "secrets", singular="secret")
LEASES = Kind("Lease", "leases", "coordination.k8s.io")
DEPLOYMENTS = Kind("Deployment", "deployments", "apps")
DEFINITIONS = Kind("CustomResourceDefinition", "customresourcedefinitions", "apiextensions.k8s.io", is_namespaced=False)
