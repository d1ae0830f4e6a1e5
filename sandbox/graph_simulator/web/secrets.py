"""Answers the calls about the target application's credentials, which belong to a service principal and not to a job.

Source: graph-facts 0.6.
"""

from typing import Any

from graph_simulator.traffic.journal import Entry
from graph_simulator.traffic.operations import IDENTITY_OPERATIONS
from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.bodies import check_parameters, mask_body, read_member, read_object, read_secrets
from graph_simulator.web.calls import (
    READ_JOBS,
    WRITE_JOBS,
    Call,
    find_job,
    find_principal,
    find_template_of_body,
    write_context,
)
from graph_simulator.world.directory import ServicePrincipal
from graph_simulator.world.secrets import (
    MASK,
    NOTIFICATIONS,
    CredentialValidation,
    Pairs,
    SecretWrite,
    is_notification_setting,
    mask_secret,
)

OPERATIONS_WITH_SECRETS = frozenset(
    {"putSecrets", "validateCredentials", "validateNewCredentials", "acquireAccessToken", "batch"}
)
"""The operations whose bodies hold secrets."""


def keep_body(entry: Entry, body: bytes) -> None:
    """Keep the body of a request to Graph in the journal, without secrets."""
    if entry.method != "GET" and entry.target.operation not in IDENTITY_OPERATIONS:
        entry.body = mask_body(body) if entry.target.operation in OPERATIONS_WITH_SECRETS else body


_VALIDATION = frozenset({"applicationIdentifier", "templateId", "useSavedCredentials", "credentials"})

# graph-facts 2.4. No capture has these headers yet; the form is that of RFC 9745 and RFC 8594.
_DEPRECATION = [(b"deprecation", b"@1770336000"), (b"sunset", b"Tue, 06 Jul 2027 00:00:00 GMT")]


def list_secrets(call: Call) -> Answer:
    """Answer with the stored keys, sensitive values as `*`; undocumented, but it works (graph-facts 3, call 25)."""
    principal = find_principal(call, READ_JOBS)
    context = write_context(call, principal.id, "/secrets")
    return _deprecate(call, answer_json(200, {"@odata.context": context, "value": _show_secrets(call, principal)}))


def _show_secrets(call: Call, principal: ServicePrincipal) -> list[dict[str, str]]:
    stored = call.world.secrets.get(principal.id, {})
    masks_all = call.world.switches.secrets_masked == "all"
    return [{"key": key, "value": MASK if masks_all else mask_secret(key, value)} for key, value in stored.items()]


def get_synchronization(call: Call) -> Answer:
    """Answer with the synchronization of a service principal: its secrets, and neither jobs nor templates."""
    principal = find_principal(call, READ_JOBS)
    context = write_context(call, principal.id, "/$entity")
    return answer_json(200, {"@odata.context": context, "id": principal.id, "secrets": _show_secrets(call, principal)})


def acquire_access_token(call: Call) -> Answer:
    """Let Entra get a token of the target application with these credentials; it is kept nowhere here."""
    principal, document = find_principal(call, WRITE_JOBS), read_object(call)
    check_parameters(call, document, "acquireAccessToken", {"credentials"})
    credentials = dict(read_secrets(call, read_member(call, document, "credentials", list) or []))
    if error := call.world.check_credentials(principal.id, credentials):
        raise call.refuse(400, error.code, error.message, nested=True)
    return _deprecate(call, Answer(204))


def put_secrets(call: Call) -> Answer:
    """Store all secrets of the request, or none if one is refused."""
    principal = find_principal(call, WRITE_JOBS)
    document = read_object(call)
    check_parameters(call, document, "secrets", {"value"})
    items = read_member(call, document, "value", list)
    if items is None:
        raise call.refuse(400, "BadRequest", "The property 'value' is required.")
    written = read_secrets(call, items)
    _check_notifications(call, written)
    _store(call, principal, written)
    call.world.secret_writes.append(
        SecretWrite(time=call.now, service_principal_id=principal.id, client_id=call.client, values=dict(written))
    )
    call.had_effect = True
    return _deprecate(call, Answer(204))


def _store(call: Call, principal: ServicePrincipal, written: Pairs) -> None:
    switches = call.world.switches
    if switches.secrets_put_keeps_nothing:
        return
    dropped = [(switches.secrets_put_drops, "")] if switches.secrets_put_drops else []
    call.world.change_secrets(principal.id, [*written, *dropped], call.now, replaces=switches.secrets_put_replaces)


def _check_notifications(call: Call, written: Pairs) -> None:
    # An empty value removes other keys, but is refused for this one, which cannot be removed.
    for key, value in written:
        if key == NOTIFICATIONS and not is_notification_setting(value):
            raise call.refuse(400, "InvalidNotificationSettings", None, nested=True)


def validate_credentials(call: Call) -> Answer:
    """Validate credentials with the target application of a job."""
    principal = find_principal(call, WRITE_JOBS)
    find_job(call, principal, "act")
    return _validate(call, principal, read_object(call))


def validate_new_credentials(call: Call) -> Answer:
    """Validate credentials before there is a job, for the template `templateId` (graph-facts 3, call 10).

    The permissions of this overload are not documented; those of the other one apply here.
    """
    principal, document = find_principal(call, WRITE_JOBS), read_object(call)
    find_template_of_body(call, principal, read_member(call, document, "templateId", str))
    return _validate(call, principal, document)


def _validate(call: Call, principal: ServicePrincipal, document: dict[str, Any]) -> Answer:
    check_parameters(call, document, "validateCredentials", _VALIDATION)
    given = dict(read_secrets(call, read_member(call, document, "credentials", list) or []))
    uses_saved = bool(read_member(call, document, "useSavedCredentials", bool))
    credentials = dict(call.world.secrets.get(principal.id, {})) if uses_saved else given
    error = call.world.check_credentials(principal.id, credentials)
    call.world.credential_validations.append(
        CredentialValidation(
            time=call.now,
            service_principal_id=principal.id,
            client_id=call.client,
            job_id=call.target.job,
            template_id=read_member(call, document, "templateId", str),
            application_identifier=read_member(call, document, "applicationIdentifier", str),
            used_saved=uses_saved,
            credentials=credentials,
            error=error.code if error else None,
        )
    )
    if error is not None:
        raise call.refuse(400, error.code, error.message, nested=True)
    return _deprecate(call, Answer(204))


def _deprecate(call: Call, answer: Answer) -> Answer:
    if call.target.version == "beta" and call.world.switches.beta_deprecation_headers:
        answer.headers += _DEPRECATION
    return answer
