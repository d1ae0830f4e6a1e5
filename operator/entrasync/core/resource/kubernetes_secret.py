"""A Secret of the API server, as far as it is read: never kept longer than a pass, never printed.

The one place that takes a value out of a Secret, for the credentials of a connection and for those of a target app.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrasync.api.names import WATCH_LABEL
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey

LINE_BREAKS = "\r\n"
"""What files and heredocs have at their end, and no credential has."""


@dataclass(frozen=True)
class KubernetesSecret:
    """One Secret. `data` is decoded."""

    key: ObjectKey
    uid: str
    resource_version: str
    data: Mapping[str, bytes] = field(repr=False, default_factory=dict)


def has_watch_label(labels: object) -> bool:
    """Whether the owner of a Secret allows the operator to use it. `labels` is `metadata.labels` as it was read."""
    return isinstance(labels, Mapping) and labels.get(WATCH_LABEL) == "true"


def unlabelled(key: ObjectKey) -> Halted:
    """Return the refusal of a Secret that its owner has not given to the operator.

    Whoever may create a resource could otherwise have any Secret of the namespace sent to an address of his choice.
    """
    return _unreadable(
        f'Secret {key} is not used, because it lacks the label {WATCH_LABEL}: "true". If its values may be sent to '
        f"Microsoft Graph, run: kubectl label secret {key.name} --namespace {key.namespace} {WATCH_LABEL}=true."
    )


def missing(key: ObjectKey, reader: str) -> Halted:
    """Return the error for a Secret that is not there. `reader` is the field that refers to it."""
    return _unreadable(f"There is no Secret {key}. {reader} needs it: create it, or correct the reference in spec.")


def read_text(secret: KubernetesSecret, name: str, *, reader: str) -> str:
    """Read one value as text, without a line break at its end. `reader` is the field that refers to it.

    `kubectl create secret --from-file` keeps the line break of the file. Raises `Halted` (SECRET_UNREADABLE) for a key
    that is missing, empty or no text; no error quotes a value.
    """
    content = secret.data.get(name)
    if content is None:
        keys = f"It has: {', '.join(sorted(secret.data))}." if secret.data else "It is empty."
        raise _unreadable(
            f"Secret {secret.key} has no key {name}. {keys} {reader} needs the key: add it, or correct the "
            "reference in spec."
        )
    where = f"Key {name} of Secret {secret.key}"
    try:
        text = content.decode().rstrip(LINE_BREAKS)
    except UnicodeDecodeError:
        raise _unreadable(
            f"{where} is not text (UTF-8). {reader} needs it: put the value there as text."
        ) from None  # it has the bytes
    if not text.strip():
        raise _unreadable(f"{where} is empty. {reader} needs it: put the value there.")
    return text


def _unreadable(message: str) -> Halted:
    return Halted(Stall(Reason.SECRET_UNREADABLE, message))
