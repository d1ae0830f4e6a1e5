"""Reads the values of `spec.application.credentials`, from spec itself and from Secrets of the API server."""

from entrasync.api.job.application import ApplicationSpec, CredentialEntry
from entrasync.core.decision.errors import Halted
from entrasync.core.facts.application_seen import Credentials
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.application_record import Source
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.kubernetes_secret import LINE_BREAKS, KubernetesSecret, missing, read_text
from entrasync.reconcile.ports.kubernetes import SecretStore


async def read_credentials(secrets: SecretStore, namespace: str, spec: ApplicationSpec) -> Credentials:
    """Read all values, each Secret once. A value that cannot be read is reported in the result.

    Raises `ApiServerUnavailable`.
    """
    entries = spec.credentials.given if spec.credentials else []
    known: dict[str, KubernetesSecret] = {}
    values: dict[str, str] = {}
    origins: dict[str, Source] = {}
    try:
        for entry in entries:
            reference = entry.value_from.secret_key_ref if entry.value_from else None
            if reference is None:
                values[entry.key.value] = (entry.value or "").rstrip(LINE_BREAKS)
                continue
            if reference.name not in known:
                known[reference.name] = await _find(secrets, ObjectKey(namespace, reference.name), entry)
            secret = known[reference.name]
            values[entry.key.value] = read_text(secret, reference.key, reader=_name(entry))
            origins[entry.key.value] = Source(secret.key.name, secret.uid, secret.resource_version)
    except Halted as error:
        return Credentials(SecretValues(), unreadable=error.message)
    return Credentials(SecretValues(values), origins)


async def _find(secrets: SecretStore, key: ObjectKey, entry: CredentialEntry) -> KubernetesSecret:
    if (secret := await secrets.read_secret(key)) is None:
        raise missing(key, _name(entry))
    return secret


def _name(entry: CredentialEntry) -> str:
    return f"{entry.key.value} of spec.application.credentials"
