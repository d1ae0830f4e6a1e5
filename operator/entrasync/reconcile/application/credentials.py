"""Reads the values of `spec.application.credentials`, from spec itself and from Secrets of the API server."""

from entrasync.api.job.application import ApplicationSpec, CredentialEntry
from entrasync.api.references import SecretKeyReference
from entrasync.core.decision.errors import Halted
from entrasync.core.facts.application_seen import Credentials
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.application_record import Source
from entrasync.core.resource.kubernetes_secret import KubernetesSecret
from entrasync.reconcile.ports.kubernetes import SecretStore


class _Unreadable(Exception):
    """A value cannot be read. The message names the Secret and key, and what to do."""


async def read_credentials(secrets: SecretStore, namespace: str, spec: ApplicationSpec) -> Credentials:
    """Read all values, each Secret once. A value that cannot be read is reported in the result.

    Raises `ApiServerUnavailable`.
    """
    entries = spec.credentials.entries if spec.credentials else []
    known: dict[str, KubernetesSecret] = {}
    values: dict[str, str] = {}
    origins: dict[str, Source] = {}
    try:
        for entry in entries:
            reference = entry.value_from.secret_key_ref if entry.value_from else None
            if reference is None:
                values[entry.key.value] = entry.value or ""
                continue
            if reference.name not in known:
                known[reference.name] = await _find(secrets, ObjectKey(namespace, reference.name), entry)
            secret = known[reference.name]
            values[entry.key.value] = _read_key(secret, reference, entry)
            origins[entry.key.value] = Source(secret.key.name, secret.uid, secret.resource_version)
    except _Unreadable as error:
        return Credentials(SecretValues(), unreadable=str(error))
    return Credentials(SecretValues(values), origins)


async def _find(secrets: SecretStore, key: ObjectKey, entry: CredentialEntry) -> KubernetesSecret:
    try:
        secret = await secrets.read_secret(key)
    except Halted as error:
        raise _Unreadable(error.message) from None
    if secret is None:
        raise _Unreadable(f"There is no Secret {key}; {_needs(entry)}. Create it, or correct the reference.")
    return secret


def _read_key(secret: KubernetesSecret, reference: SecretKeyReference, entry: CredentialEntry) -> str:
    content = secret.data.get(reference.key)
    if content is None:
        raise _Unreadable(
            f"Secret {secret.key} has no key {reference.key}; {_needs(entry)}. Add it, or correct the reference."
        )
    try:
        value = content.decode()
    except UnicodeDecodeError:
        message = f"Key {reference.key} of Secret {secret.key} is no UTF-8 text; {_needs(entry)}. Correct it."
        raise _Unreadable(message) from None  # the original error would quote the value
    if not value:
        raise _Unreadable(f"Key {reference.key} of Secret {secret.key} is empty; {_needs(entry)}. Fill it in.")
    return value


def _needs(entry: CredentialEntry) -> str:
    return f"spec.application.credentials.entries takes {entry.key.value} from it"
