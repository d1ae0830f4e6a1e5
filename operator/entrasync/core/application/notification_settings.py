"""The value of SyncNotificationSettings: JSON in a string. Only some of its members are spec's (graph-facts 5.3)."""

import json
from typing import Any

from entrasync.api.job.application import AccidentalDeletionsSpec, NotificationsSpec

SEPARATOR = ","
_DELETIONS, _NOTIFICATIONS = "accidentalDeletions", "notifications"


def write_notification_settings(
    found: str | None, notifications: NotificationsSpec | None, deletions: AccidentalDeletionsSpec | None
) -> str:
    """Put spec's members over those found in Graph, which are otherwise kept.

    What is no JSON object counts as empty.
    """
    members = _read(found)
    if notifications is not None:
        members |= {"Enabled": bool(notifications.recipients)} | _recipients(members, notifications)
    if deletions is not None:
        members |= {"DeleteThresholdEnabled": True, "DeleteThresholdValue": deletions.threshold}
    return json.dumps(members, separators=(",", ":"))


def can_merge(found: str | None) -> bool:
    """Whether spec's members can be put over what Graph shows without a loss.

    Masked or malformed values cannot be merged.
    """
    return not found or _read_object(found) is not None


def find_changed_settings(found: str, wanted: str) -> frozenset[str]:
    """Return which members of spec.application differ between two values."""
    one, other = _read(found), _read(wanted)
    changed = {member for member in one.keys() | other.keys() if one.get(member) != other.get(member)}
    return frozenset(_DELETIONS if member.startswith("DeleteThreshold") else _NOTIFICATIONS for member in changed)


def is_same_settings(one: str, other: str) -> bool:
    """Whether two values mean the same JSON object."""
    read = _read_object(one)
    return read is not None and read == _read_object(other)


def _recipients(members: dict[str, Any], notifications: NotificationsSpec) -> dict[str, str]:
    """Keep a value that means the same addresses, because their order does not matter."""
    found, wanted = members.get("Recipients"), notifications.recipients
    if isinstance(found, str) and _addresses(found) == {address.lower() for address in wanted}:
        return {"Recipients": found}
    return {"Recipients": SEPARATOR.join(wanted)}


def _addresses(text: str) -> set[str]:
    return {address.strip().lower() for address in text.split(SEPARATOR) if address.strip()}


def _read(found: str | None) -> dict[str, Any]:
    return dict((_read_object(found) if found else None) or {})


def _read_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
