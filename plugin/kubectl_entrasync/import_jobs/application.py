"""What Graph stores for a service principal as `spec.application`, as far as applying it changes nothing.

Values that Graph masks, and those that are secrets by their name or form, are never taken over.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from entrasync.api.job.application import AccidentalDeletionsSpec, CredentialEntry, NotificationsSpec
from entrasync.api.job.secret_keys import SENSITIVE_KEYS, SecretKey
from entrasync.api.model import ApiModel
from entrasync.core.application.notification_settings import (
    SEPARATOR,
    can_merge,
    is_same_settings,
    write_notification_settings,
)
from entrasync.core.remote.stored_secrets import (
    MASK,
    NON_CREDENTIAL_KEYS,
    NOTIFICATION_SETTINGS,
    SKIP_DELETIONS,
    SYNC_ALL,
    StoredSecret,
)


@dataclass(frozen=True)
class TakenApplication:
    """What was taken over of a service principal's stored values."""

    spec: Mapping[str, Any]
    """`spec.application`; empty where there is nothing to say."""
    missing: tuple[str, ...] = ()
    """Keys of credentials whose values are not taken over."""
    notes: tuple[str, ...] = ()
    """What else was not taken over and why, in sentences without any value."""


def take_application(stored: Iterable[StoredSecret]) -> TakenApplication:
    """Read what Graph stores."""
    values = {each.key: each.value for each in stored if each.value}
    settings, notes = _take_settings(values.get(NOTIFICATION_SETTINGS))
    flags = _take_flag(values, SYNC_ALL, "provisioningScope", yes="All", no="AssignedOnly")
    flags |= _take_flag(values, SKIP_DELETIONS, "outOfScopeDeletions", yes="Skip", no="Perform")
    credentials = {key: value for key, value in sorted(values.items()) if key not in NON_CREDENTIAL_KEYS}
    known = {key: value for key, value in credentials.items() if key in set(SecretKey)}
    missing = tuple(key for key, value in known.items() if _is_secret(key, value))
    entries = [{"key": key, "value": value} for key, value in known.items() if key not in missing]
    taken = [entry for entry in entries if is_valid(CredentialEntry, entry)]
    notes += [f"Graph stores {key}, which spec cannot name. It is left as it is." for key in credentials - known.keys()]
    notes += [f"The value of {each['key']} does not fit into spec." for each in entries if each not in taken]
    block = {"credentials": {"entries": taken}} if taken else {}
    return TakenApplication({**block, **flags, **settings}, missing, tuple(notes))


def _is_secret(key: str, value: str) -> bool:
    if value == MASK or key in SENSITIVE_KEYS:
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        return True
    return bool(parts.scheme and parts.netloc and (parts.query or "@" in parts.netloc))


def is_valid(model: type[ApiModel], entry: Mapping[str, Any]) -> bool:
    """Whether spec can have an entry as it is."""
    try:
        model.model_validate(entry)
    except ValidationError:
        return False
    return True


def _take_flag(values: Mapping[str, str], key: str, field: str, *, yes: str, no: str) -> dict[str, Any]:
    word = {"true": yes, "false": no}.get(values.get(key, "").lower())
    return {} if word is None else {field: word}


def _take_settings(found: str | None) -> tuple[dict[str, Any], list[str]]:
    """Read mails and threshold, each only if writing it back would change nothing."""
    if not found:
        return {}, []
    if found == MASK or not can_merge(found):
        return {}, ["Graph does not show the settings of mails and accidental deletions. They are left as they are."]
    members: Mapping[str, Any] = json.loads(found)
    taken: dict[str, Any] = {}
    notes: list[str] = []
    if isinstance(members.get("Enabled"), bool):
        if (mails := _read_mails(found, members)) is not None:
            taken["notifications"] = mails
        else:
            notes.append("The mails are stored in a form that spec cannot say. They are left as they are.")
    if members.get("DeleteThresholdEnabled") is True:
        if (deletions := _read_threshold(found, members)) is not None:
            taken["accidentalDeletions"] = deletions
        else:
            notes.append("The threshold of accidental deletions is stored in a form that spec cannot say.")
    return taken, notes


def _read_mails(found: str, members: Mapping[str, Any]) -> dict[str, Any] | None:
    text = members.get("Recipients")
    texts = text.split(SEPARATOR) if isinstance(text, str) and members["Enabled"] else []
    document = {"recipients": list(dict.fromkeys(each.strip() for each in texts if each.strip()))}
    try:
        spec = NotificationsSpec.model_validate(document)
    except ValidationError:
        return None
    return document if is_same_settings(found, write_notification_settings(found, spec, None)) else None


def _read_threshold(found: str, members: Mapping[str, Any]) -> dict[str, Any] | None:
    document = {"threshold": members.get("DeleteThresholdValue")}
    try:
        spec = AccidentalDeletionsSpec.model_validate(document)
    except ValidationError:
        return None
    return document if is_same_settings(found, write_notification_settings(found, None, spec)) else None
