"""What stands beside the manifest of a job: stubs of Secrets without values, and exported schemas."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from entrasync.api.names import WATCH_LABEL
from entrasync.core.remote.schema import Schema, writable
from entrasync.core.schema.backup import BACKUP_KEY, MAX_BACKUP_BYTES, pack_schema
from kubectl_entrasync.import_jobs.manifests import ImportOptions, Manifest, SecretForm, write_metadata

PLAIN_KEY = "schema.json"

MAX_PLAIN_BYTES = 100_000
"""`kubectl apply` keeps what it applied in an annotation, and all annotations together have at most 256 KiB."""

UNCHOSEN_STORE = "change-me"

_WATCHED = {WATCH_LABEL: "true"}


def write_secret_stub(name: str, keys: Sequence[str], options: ImportOptions) -> Manifest | None:
    """Write the stub of a Secret for keys, without any value; None where none is wanted or needed."""
    if not keys or options.secrets is SecretForm.NONE:
        return None
    if options.secrets is SecretForm.SECRET:
        metadata = write_metadata(name, options, labels=_WATCHED)
        document: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque"}
        return Manifest(document, (f"Put the values of these keys under stringData: {', '.join(keys)}.",))
    return _write_external_secret(name, keys, options)


def _write_external_secret(name: str, keys: Sequence[str], options: ImportOptions) -> Manifest:
    store = options.secret_store or UNCHOSEN_STORE
    document = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": write_metadata(name, options),
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "target": {"name": name, "template": {"metadata": {"labels": _WATCHED}}},
            "data": [{"secretKey": key, "remoteRef": {"key": name, "property": key}} for key in keys],
        },
    }
    comments = [f"Put the values of these keys into the store under {name}: {', '.join(keys)}."]
    if store == UNCHOSEN_STORE:
        comments.append("Write the name of your store in the place of change-me.")
    return Manifest(document, tuple(comments))


def suggest_entries(name: str, keys: Sequence[str], options: ImportOptions) -> tuple[str, ...]:
    """Return the comments that say which values are missing and how they are given."""
    if not keys:
        return ()
    lines = [f"Graph does not show these values, and they are not taken over: {', '.join(keys)}."]
    if options.secrets is SecretForm.NONE:
        return tuple(lines)
    lines.append(f"Once the Secret {name} has them, add under spec.application.credentials.entries:")
    for key in keys:
        lines += [f"  - key: {key}", f"    valueFrom: {{secretKeyRef: {{name: {name}, key: {key}}}}}"]
    return tuple(lines)


def write_schema(name: str, schema: Schema, options: ImportOptions) -> tuple[Manifest | None, tuple[str, ...]]:
    """Write the ConfigMap of a schema, plain or packed, and the comments for its job. None where it is too large."""
    text = json.dumps(writable(schema), indent=2)
    document: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap"}
    document["metadata"] = write_metadata(name, options, labels=_WATCHED)
    key = PLAIN_KEY
    if len(text) <= MAX_PLAIN_BYTES:
        document["data"] = {key: text}
    else:
        key, packed = BACKUP_KEY, base64.b64encode(pack_schema(schema)).decode()
        if len(packed) > MAX_BACKUP_BYTES:
            return None, ("The schema is too large for a ConfigMap, also when it is packed.",)
        document["binaryData"] = {key: packed}
    return Manifest(document), (
        "To keep the whole schema as it was exported, add to spec:",
        "  schema:",
        "    policy: Replace",
        f"    from: {{configMapKeyRef: {{name: {name}, key: {key}}}}}",
    )
