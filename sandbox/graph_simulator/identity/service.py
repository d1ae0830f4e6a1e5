from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from graph_simulator.identity.applications import Application, Registry
from graph_simulator.identity.tokens import TokenMint

Reply = tuple[int, dict[str, Any]]
"""Status and JSON."""


class RefusedError(Exception):
    """A request that Entra refuses: status, OAuth error, AADSTS number and text."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.number, self.text = status, error, number, text


@dataclass(slots=True)
class IdentityService:
    """Answers as login.microsoftonline.com does, for the tenants of its registry."""

    registry: Registry
    mint: TokenMint = field(default_factory=TokenMint)

    def discover(self, tenant: str, origin: str) -> Reply:
        """Answer OpenID discovery; `origin` is scheme, host and port as the caller sees them."""
        if not self.registry.has_tenant(tenant):
            return _refuse(_unknown_tenant(tenant, "invalid_tenant"))
        authority = f"{origin}/{tenant}"
        return 200, {
            "token_endpoint": f"{authority}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{authority}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{authority}/v2.0",
            "request_uri_parameter_supported": False,
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
        }

    def answer_token(self, tenant: str, form: dict[str, str]) -> Reply:
        """Answer a token request by client credentials (graph-facts 7.1)."""
        try:
            application = self._authenticate(tenant, form)
            resource = self._find_resource(form)
        except RefusedError as refused:
            return _refuse(refused)
        lifetime = self.mint.lifetime_seconds
        return 200, {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self.mint.issue(application, resource),
        }

    def _authenticate(self, tenant: str, form: dict[str, str]) -> Application:
        if not self.registry.has_tenant(tenant):
            raise _unknown_tenant(tenant, "invalid_request")
        if form.get("grant_type") != "client_credentials":
            text = f"AADSTS70003: The app requested an unsupported grant type '{form.get('grant_type', '')}'."
            raise RefusedError(400, "unsupported_grant_type", 70003, text)
        client = form.get("client_id", "")
        application = self.registry.find(tenant, client)
        if application is None:
            text = f"Application with identifier '{client}' was not found in the directory '{tenant}'."
            raise RefusedError(400, "unauthorized_client", 700016, f"AADSTS700016: {text}")
        self._check_credential(application, form)
        return application

    def _check_credential(self, application: Application, form: dict[str, str]) -> None:
        # One branch for each way to prove who one is; client_assertion will be the next.
        if "client_secret" in form:
            if form["client_secret"] not in application.secrets:
                raise RefusedError(401, "invalid_client", 7000215, _wrong_secret(application.client_id))
            return
        text = "AADSTS7000216: 'client_assertion', 'client_secret' or 'request' is required for the grant type."
        raise RefusedError(401, "invalid_client", 7000216, text)

    def _find_resource(self, form: dict[str, str]) -> str:
        scope = form.get("scope", "")
        resource = scope.removesuffix("/.default")
        if resource == scope:
            text = f"AADSTS1002012: The provided value for scope {scope} is not valid: it must end in /.default."
            raise RefusedError(400, "invalid_scope", 1002012, text)
        if resource not in self.mint.resources:
            text = f"AADSTS500011: The resource principal named {resource} was not found in the tenant."
            raise RefusedError(400, "invalid_resource", 500011, text)
        return resource


def _unknown_tenant(tenant: str, error: str) -> RefusedError:
    text = f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
    return RefusedError(400, error, 90002, text)


def _wrong_secret(client: str) -> str:
    return (
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client "
        f"secret value, not the client secret ID, for a secret added to app '{client}'."
    )


def _refuse(refused: RefusedError) -> Reply:
    trace, correlation = str(uuid4()), str(uuid4())
    # The zone is spelt Z here, and the time is real: tokens live in real time.
    timestamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    return refused.status, {
        "error": refused.error,
        "error_description": f"{refused.text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
        "error_codes": [refused.number],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
    }
