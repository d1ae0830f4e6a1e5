"""Answers discovery and token requests as login.microsoftonline.com does."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from graph_simulator.identity.applications import Application, Registry
from graph_simulator.identity.assertions import ASSERTION_TYPE, check_certificate, check_federated, read_assertion
from graph_simulator.identity.refusals import RefusedError, Reply, answer_refused, refuse_client
from graph_simulator.identity.tokens import TokenMint


@dataclass(slots=True)
class IdentityService:
    """The token service for the tenants of a registry."""

    registry: Registry
    mint: TokenMint = field(default_factory=TokenMint)

    def discover(self, tenant: str, origin: str) -> Reply:
        """Answer OpenID discovery; `origin` has scheme, host and port as the caller sees them."""
        if not self.registry.has_tenant(tenant):
            return answer_refused(_unknown_tenant(tenant, "invalid_tenant"))
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
            "userinfo_endpoint": f"{origin}/oidc/userinfo",
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{authority}/oauth2/v2.0/devicecode",
            "http_logout_supported": True,
            "frontchannel_logout_supported": True,
            "end_session_endpoint": f"{authority}/oauth2/v2.0/logout",
            "kerberos_endpoint": f"{authority}/kerberos",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
        }

    def answer_token(self, tenant: str, form: dict[str, str], *, origin: str) -> Reply:
        """Answer a token request with client credentials (graph-facts 7.1); `origin` is that of `discover`."""
        authority = f"{origin}/{tenant}"
        try:
            application = self._authenticate(tenant, form)
            # Microsoft's libraries sign for the token endpoint as audience; its pages also allow the issuer.
            self._check_credential(application, form, (f"{authority}/oauth2/v2.0/token", f"{authority}/v2.0"))
            resource = self._find_resource(form)
        except RefusedError as refused:
            return answer_refused(refused)
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
        for name in ("grant_type", "client_id", "scope"):
            if name not in form:
                text = f"The request body must contain the following parameter: '{name}'."
                raise RefusedError(400, "invalid_request", 900144, text)
        if form["grant_type"] != "client_credentials":
            text = f"The app requested an unsupported grant type '{form['grant_type']}'."
            raise RefusedError(400, "unsupported_grant_type", 70003, text)
        client = form["client_id"]
        application = self.registry.find(tenant, client)
        if application is None:
            text = f"Application with identifier '{client}' was not found in the directory '{tenant}'."
            raise RefusedError(400, "unauthorized_client", 700016, text)
        return application

    def _check_credential(self, application: Application, form: dict[str, str], audiences: tuple[str, ...]) -> None:
        """Check the credential of a token request."""
        now = datetime.fromtimestamp(self.mint.real(), UTC)
        if "client_secret" in form:
            if form["client_secret"] not in application.secrets:
                raise refuse_client(7000215, _wrong_secret(application.client_id))
            if application.has_ended(form["client_secret"], now):
                raise refuse_client(7000222, _ended_secret(application.client_id))
            return
        if form.get("client_assertion_type") == ASSERTION_TYPE and "client_assertion" in form:
            assertion = read_assertion(form["client_assertion"])
            if assertion.claims.get("iss") == application.client_id or assertion.header.keys() & {"x5t", "x5t#S256"}:
                check_certificate(application, assertion, audiences, now)
            else:
                check_federated(application, assertion, self.registry.issuers, now)
            return
        text = "'client_assertion', 'client_secret' or 'request' is required for the grant type."
        raise refuse_client(7000216, text)

    def _find_resource(self, form: dict[str, str]) -> str:
        scope = form["scope"]
        resource = scope.removesuffix("/.default")
        if resource == scope:
            text = f"The provided value for scope {scope} is not valid: it must end in /.default."
            raise RefusedError(400, "invalid_scope", 1002012, text)
        if resource not in self.mint.resources:
            text = f"The resource principal named {resource} was not found in the tenant."
            raise RefusedError(400, "invalid_resource", 500011, text)
        return resource


def read_basic(authorization: str) -> dict[str, str]:
    """Read the form fields that a header of the scheme Basic stands for, if it is one (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return {}
    return {"client_id": unquote_plus(client), "client_secret": unquote_plus(secret)}


def _unknown_tenant(tenant: str, error: str) -> RefusedError:
    text = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."
    return RefusedError(400, error, 90002, text)


def _wrong_secret(client: str) -> str:
    return (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client "
        f"secret value, not the client secret ID, for a secret added to app '{client}'."
    )


def _ended_secret(client: str) -> str:
    return (
        f"The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys "
        "for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
        "https://aka.ms/certCreds."
    )
