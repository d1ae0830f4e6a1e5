"""Teams that share one operator: each has a namespace, and an app registration of its own in a tenant."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from entrasync.api.names import API_VERSION, CONNECTION_KIND, CONNECTION_PLURAL
from local_stack.cluster import ACCOUNT
from local_stack.operator_process import CLOUD
from tests.support.cluster import Object, has_condition
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import HANG_SECONDS

RBAC = "rbac.authorization.k8s.io/v1"
ROLES = ("Application.Read.All", "Synchronization.ReadWrite.All")


@dataclass
class Team:
    """Writes and reads the GraphConnections and Secrets of a team."""

    environment: OperatorEnvironment
    tenant: str
    client: str
    secret: str

    @classmethod
    def register(cls, environment: OperatorEnvironment, *, tenant: str = "", roles: tuple[str, ...] = ROLES) -> "Team":
        """Register an app for the team in a tenant, by default that of the install."""
        tenant, client = tenant or environment.simulator.connection.tenant_id, str(uuid.uuid4())
        secret = f"canary~{uuid.uuid4().hex}"
        environment.simulator.set_application(client, tenant, secrets=[secret], roles=list(roles))
        return cls(environment, tenant, client, secret)

    @property
    def namespace(self) -> str:
        """The team's namespace."""
        return self.environment.namespace

    def make_principal(self, **more: Any) -> str:
        """Make a service principal in the team's tenant; returns its object id."""
        return self.environment.simulator.create_service_principal(tenant_id=self.tenant, **more).id

    def apply_secret(self, name: str = "entra", *, is_labelled: bool = True, **data: str) -> str:
        """Create or change a Secret; without data it holds the team's client secret. `__` in a key is a dot."""
        content = {key.replace("__", "."): value for key, value in (data or {"client_secret": self.secret}).items()}
        return self.environment.apply_secret(name, content, is_labelled=is_labelled)

    def apply_service_account(self, name: str = "sync") -> str:
        """Create a ServiceAccount in the team's namespace; return its name in tokens."""
        metadata = {"name": name, "namespace": self.namespace}
        manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
        self.environment.cluster.create("serviceaccounts", manifest, self.namespace)
        return f"system:serviceaccount:{self.namespace}:{name}"

    def let_operator_ask_for_tokens(self, name: str = "sync") -> None:
        """Grant the operator's ServiceAccount the right to ask for tokens of one of the team's."""
        metadata = {"name": "token-of-sync", "namespace": self.namespace}
        rule = {
            "apiGroups": [""],
            "resources": ["serviceaccounts/token"],
            "resourceNames": [name],
            "verbs": ["create"],
        }
        role = {"apiVersion": RBAC, "kind": "Role", "metadata": metadata, "rules": [rule]}
        subject = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": ACCOUNT}
        ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]}
        binding = {
            "apiVersion": RBAC,
            "kind": "RoleBinding",
            "metadata": metadata,
            "subjects": [subject],
            "roleRef": ref,
        }
        self.environment.cluster.create("roles", role, self.namespace)
        self.environment.cluster.create("rolebindings", binding, self.namespace)

    def ask(self, name: str = "default") -> None:
        """Request a pass of a GraphConnection, as a person at a terminal does."""
        merge = {"metadata": {"annotations": {"entrasync.io/requested-at": uuid.uuid4().hex}}}
        self.environment.cluster.patch(API_VERSION, CONNECTION_PLURAL, name, self.namespace, merge=merge)

    def delete_secret(self, name: str = "entra") -> None:
        """Delete a Secret."""
        self.environment.cluster.delete("v1", "secrets", name, self.namespace)

    def apply_connection(self, name: str = "default", **spec: Any) -> str:
        """Create a GraphConnection by the client secret in Secret `entra`; `spec` replaces members of its spec."""
        proof = {"clientId": self.client, "secretRef": {"name": "entra", "key": "client_secret"}}
        whole = {"tenantId": self.tenant, "cloud": CLOUD, "clientSecret": proof} | spec
        body = {member: value for member, value in whole.items() if value is not None}
        metadata = {"name": name, "namespace": self.namespace}
        manifest = {"apiVersion": API_VERSION, "kind": CONNECTION_KIND, "metadata": metadata, "spec": body}
        self.environment.cluster.create(CONNECTION_PLURAL, manifest, self.namespace)
        return name

    def connect(self, name: str = "default", **spec: Any) -> Object:
        """Create Secret and GraphConnection, and wait until it works."""
        self.apply_secret()
        return self.wait_connected(self.apply_connection(name, **spec))

    def change_connection(self, name: str = "default", **spec: Any) -> None:
        """Merge-patch the spec of a GraphConnection."""
        self.environment.cluster.patch(API_VERSION, CONNECTION_PLURAL, name, self.namespace, merge={"spec": spec})

    def delete_connection(self, name: str = "default") -> None:
        """Delete a GraphConnection."""
        self.environment.cluster.delete(API_VERSION, CONNECTION_PLURAL, name, self.namespace)

    def connection(self, name: str = "default") -> Object:
        """Read a GraphConnection."""
        return self.environment.cluster.get(API_VERSION, CONNECTION_PLURAL, name, self.namespace)

    def wait_connected(self, name: str = "default", within_seconds: float = HANG_SECONDS) -> Object:
        """Wait until a GraphConnection is Ready in its present generation."""

        def holds(found: Object) -> bool:
            is_current = found["status"].get("observedGeneration") == found["metadata"]["generation"]
            return is_current and has_condition(found, "Ready")

        return self.wait(name, holds, "Ready is True", within_seconds)

    def wait_broken(self, reason: str, name: str = "default", within_seconds: float = HANG_SECONDS) -> str:
        """Wait until a GraphConnection is not Ready for a reason; return its message."""

        def holds(found: Object) -> bool:
            return has_condition(found, "Ready", "False") and condition(found, "Ready")["reason"] == reason

        found = self.wait(name, holds, f"Ready is False, {reason}", within_seconds)
        assert condition(found, "Stalled")["reason"] == reason
        return str(condition(found, "Ready")["message"])

    def wait(self, name: str, holds: Callable[[Object], object], what: str, within_seconds: float) -> Object:
        """Wait until `holds` is true of a GraphConnection."""
        try:
            return self.environment.cluster.wait_for(
                API_VERSION,
                CONNECTION_PLURAL,
                name,
                self.namespace,
                holds=holds,
                what=what,
                within_seconds=within_seconds,
            )
        except AssertionError as error:
            tail = self.environment.log.read_text(errors="replace")[-3000:]
            raise AssertionError(f"{error}\nThe operator's log ends:\n{tail}") from error
