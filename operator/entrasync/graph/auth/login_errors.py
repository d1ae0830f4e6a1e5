"""Turns Entra's refusal of a login into an error that says what to do, by AADSTS code. No text is matched."""

from collections.abc import Mapping

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.graph.auth.credentials import (
    AppCredential,
    Assertion,
    ClientCertificate,
    ClientSecret,
    FederatedToken,
    ProofMaterial,
)
from entrasync.graph.auth.login_response import LoginResponse
from entrasync.graph.auth.token_claims import read_claims
from entrasync.graph.wire.clouds import GraphEndpoint

UNKNOWN_TENANT_CODES = frozenset({90002, 900021, 900023})
"""AADSTS: unknown tenant, and two codes for a malformed tenant name."""

TRANSIENT_CODES = frozenset({90033, 50196})
"""AADSTS: a transient error, and too many requests of one client in a loop."""

UNREADABLE_ISSUER_CODES = frozenset({50166, 90061, 501661})
"""AADSTS: Entra could not read the issuer's OpenID configuration. It may pass by itself (Azure/AKS #4029)."""

_CLOCK = "Check the clocks of the nodes"
_PUBLISH = "Let Entra read the OpenID configuration and the keys of the token's issuer{issuer}."
_REGISTER = "Add to the app a federated credential with {subject}. The token comes from {where}."
_WAY = "Check the proxies and firewalls on the way to it, and the authority of the cloud."
_UPLOAD = "Upload the certificate in {where} to the app registration."

ADVICE: Mapping[int, str] = {
    7000215: "Put the secret's value (not its id) into {where}.",
    7000222: "The secret has expired: make a new one and put it into {where}.",
    700016: "Check the client id and the tenant id.",
    7000112: "The app is disabled in its tenant: enable it.",
    7000229: "The app has no service principal in the tenant: give it admin consent there.",
    700024: f"{_CLOCK}, then what is in {{where}}.",
    700027: _UPLOAD,
    70021: _REGISTER,
    70025: _REGISTER,
    700211: _REGISTER,
    700212: _REGISTER,
    700213: _REGISTER,
    7000272: _PUBLISH,
}
"""What to do, by AADSTS code (Microsoft: "Entra error codes"). Other codes get the advice of their kind of proof."""

USUAL_ADVICE: Mapping[type, str] = {
    ClientSecret: ADVICE[7000215],
    ClientCertificate: _UPLOAD,
    FederatedToken: _REGISTER,
}


def classify_refusal(
    endpoint: GraphEndpoint, credential: AppCredential, *, response: LoginResponse, material: ProofMaterial
) -> EntraSyncError:
    """Return the error to raise for a response without a token."""
    tenant, app, authority = credential.tenant_id, credential.client_id, endpoint.authority
    said = (response.message or f"status {response.status}").rstrip(".")
    facts = {"where": credential.proof.where, "subject": _describe_subject(material), "issuer": _name_issuer(material)}
    if is_transient(response):
        return make_no_token_error(authority, response, advice=_advise_if_it_lasts(response).format(**facts))
    if UNKNOWN_TENANT_CODES.intersection(response.codes) or not response.is_token_request:
        return Halted(
            Stall(
                Reason.TENANT_NOT_FOUND,
                f"{authority} knows no tenant {tenant}: {said}. Check the tenant id and the cloud.",
            )
        )
    proof = credential.proof
    known = (ADVICE[code] for code in sorted(response.codes) if code in ADVICE)
    advice = next(known, USUAL_ADVICE[type(proof)]).format(**facts)
    return Halted(
        Stall(
            Reason.CREDENTIAL_REFUSED,
            f"Entra refused the {proof.kind} of app {app} in tenant {tenant}: {said}. {advice}",
        )
    )


def is_transient(response: LoginResponse) -> bool:
    """Tell whether a response without a token means trouble that passes by itself."""
    status = response.status
    return (
        status is None
        or status == 429
        or not response.is_refusal
        or bool((TRANSIENT_CODES | UNREADABLE_ISSUER_CODES) & response.codes)
    )


def _advise_if_it_lasts(response: LoginResponse) -> str:
    """Advise for trouble that may not pass by itself: Entra cannot read an issuer, or somebody else has answered."""
    if UNREADABLE_ISSUER_CODES & response.codes:
        return _PUBLISH
    status = response.status
    is_of_entra = status is not None and (response.is_refusal or status == 429 or status >= 500)
    return "" if is_of_entra else _WAY


def make_no_token_error(where: str, response: LoginResponse, *, advice: str = "") -> Transient:
    """Return the error for a login without a token, with advice for the case that it lasts."""
    words = f": {response.message.rstrip('.')}" if response.message else ""
    what = "no answer that can be read" if response.status is None else f"no token (status {response.status})"
    message = f"{where} gave {what}{words}.{f' {advice}' if advice else ''}"
    return Transient(Reason.GRAPH_UNREACHABLE, message, after=response.retry_after)


def _name_issuer(material: ProofMaterial) -> str:
    issuer = read_claims(material.value).get("iss") if isinstance(material, Assertion) else None
    return f", {issuer}" if isinstance(issuer, str) else ""


def _describe_subject(material: ProofMaterial) -> str:
    """Describe what a federated credential has to match. None of the three claims is secret."""
    claims = read_claims(material.value) if isinstance(material, Assertion) else {}
    audience = claims.get("aud")
    audience = ", ".join(map(str, audience)) if isinstance(audience, list) else audience
    parts = {"issuer": claims.get("iss"), "subject": claims.get("sub"), "audience": audience}
    known = [f"{name} {value}" for name, value in parts.items() if isinstance(value, str) and value]
    return ", ".join(known) or "the token's issuer, subject and audience"
