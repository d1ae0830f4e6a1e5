"""A SCIM app and the resource that saves its credentials in Graph."""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment

URL = "https://scim.example.com"


@dataclass
class ScimApp:
    """A service principal, and the Secret in the namespace that has its token."""

    environment: OperatorEnvironment
    principal: str
    secret: str
    token: str

    @classmethod
    def register(cls, environment: OperatorEnvironment, *, is_labelled: bool = True) -> "ScimApp":
        """Make a service principal, and a Secret with its token."""
        app = cls(
            environment,
            environment.simulator.create_service_principal().id,
            f"scim-{uuid.uuid4().hex[:8]}",
            cls.new_token(),
        )
        environment.apply_secret(app.secret, {"token": app.token}, is_labelled=is_labelled)
        return app

    @staticmethod
    def new_token() -> str:
        """Make up a token."""
        return f"canary~{uuid.uuid4().hex}"

    @property
    def entries(self) -> list[Object]:
        """The resource's condition about its credentials."""
        source = {"secretKeyRef": {"name": self.secret, "key": "token"}}
        return [{"key": "BaseAddress", "value": URL}, {"key": "SecretToken", "valueFrom": source}]

    def application(self, *, credentials: Object | None = None, **more: Any) -> Object:
        """Write spec.application; `credentials` are members beside the entries."""
        return {"credentials": {"entries": self.entries} | (credentials or {})} | more

    def apply(self, *, credentials: Object | None = None, application: Object | None = None, **spec: Any) -> str:
        """Create the resource, with all credentials, and return its name."""
        block = self.application(credentials=credentials, **(application or {}))
        return self.environment.apply_job(self.principal, application=block, **spec)

    def rotate(self, token: str = "") -> str:
        """Write a new token into the Secret."""
        self.token = token or self.new_token()
        self.environment.apply_secret(self.secret, {"token": self.token})
        return self.token

    @property
    def stored(self) -> dict[str, str]:
        """The secrets that Graph stores, unmasked."""
        return self.environment.simulator.secrets(self.principal)

    @property
    def saves(self) -> list[dict[str, str]]:
        """The secrets of each save, in order."""
        return [write.values for write in self.environment.simulator.secret_writes(self.principal)]

    @property
    def tries(self) -> list[dict[str, str]]:
        """The secrets of each validation, in order."""
        return [each.credentials for each in self.environment.simulator.credential_validations(self.principal)]
