"""What `spec.application` wants Graph to store for the service principal, and what of it has to be sent.

The values come from `reconcile/application/credentials.py`.
"""

from collections.abc import Mapping
from datetime import timedelta

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.policies import OutOfScopeDeletions, ProvisioningScope
from entrasync.core.application.notification_settings import can_merge, is_same_settings, write_notification_settings
from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.record.application_record import ApplicationRecord
from entrasync.core.remote.stored_secrets import (
    MASK,
    NON_CREDENTIAL_KEYS,
    NOTIFICATION_SETTINGS,
    SKIP_DELETIONS,
    SYNC_ALL,
    SecretValues,
)

DRIFT_CHECK_INTERVAL = timedelta(hours=1)
"""Time between reads of what Graph stores while spec and Secrets are unchanged. Polls make no call for it."""


def wanted_secrets(spec: ApplicationSpec, credentials: Mapping[str, str], stored: Mapping[str, str]) -> SecretValues:
    """Write all that spec wants as Graph's keys and values. Notification settings keep the members of others."""
    wanted = dict(credentials)
    if spec.provisioning_scope is not None:
        wanted[SYNC_ALL] = "true" if spec.provisioning_scope is ProvisioningScope.ALL else "false"
    if spec.notifications is not None or spec.accidental_deletions is not None:
        found = stored.get(NOTIFICATION_SETTINGS)
        wanted[NOTIFICATION_SETTINGS] = write_notification_settings(
            found, spec.notifications, spec.accidental_deletions
        )
    if spec.out_of_scope_deletions is not None:
        wanted[SKIP_DELETIONS] = "True" if spec.out_of_scope_deletions is OutOfScopeDeletions.SKIP else "False"
    return SecretValues(wanted)


def owned_keys(spec: ApplicationSpec) -> frozenset[str]:
    """Return the keys of Graph that a spec sets."""
    return frozenset(wanted_secrets(spec, dict.fromkeys(entry_keys(spec), ""), {}))


def entry_keys(spec: ApplicationSpec) -> frozenset[str]:
    """Return the keys of the credentials."""
    entries = spec.credentials.given if spec.credentials else ()
    return frozenset(entry.key.value for entry in entries)


def secrets_to_send(spec: ApplicationSpec, seen: ApplicationSeen, record: ApplicationRecord) -> SecretValues:
    """Return what Graph does not have as wanted, except notification settings that cannot be merged."""
    stored = seen.stored or SecretValues()
    wanted = wanted_secrets(spec, seen.credentials.values, stored)
    if not can_merge(stored.get(NOTIFICATION_SETTINGS)):
        wanted = wanted.only(wanted.keys() - {NOTIFICATION_SETTINGS})
    return wanted.only(differing_keys(wanted, seen))


def differing_keys(wanted: SecretValues, seen: ApplicationSeen) -> frozenset[str]:
    """Return the wanted keys whose value Graph does not have, as far as it shows values."""
    stored, taken = seen.stored or SecretValues(), seen.pending | seen.untaken | seen.kept
    return frozenset(
        key for key, value in wanted.items() if key not in taken and not _is_stored(key, value, stored, seen.saved)
    )


def has_unreadable_settings(spec: ApplicationSpec, seen: ApplicationSeen) -> bool:
    """Whether Graph has notification settings that cannot be merged and that the operator did not write itself."""
    if spec.notifications is None and spec.accidental_deletions is None:
        return False
    found = seen.stored.get(NOTIFICATION_SETTINGS) if seen.stored is not None else None
    is_ours = found == MASK and NOTIFICATION_SETTINGS in seen.saved
    return not is_ours and not can_merge(found)


def is_unfinished(spec: ApplicationSpec, seen: ApplicationSeen, record: ApplicationRecord) -> bool:
    """Whether Graph lacks something that is wanted, or has keys that spec no longer lists."""
    return bool(
        secrets_to_send(spec, seen, record)
        or find_leftover_keys(spec, seen, record)
        or has_unreadable_settings(spec, seen)
    )


def _is_stored(key: str, wanted: str, stored: Mapping[str, str], known: frozenset[str]) -> bool:
    found = stored.get(key)
    if found is None:
        return False
    if found == MASK:
        return key in known
    return is_same_value(key, wanted, found)


def is_same_value(key: str, one: str, other: str) -> bool:
    """Whether two values of a key mean the same to Graph."""
    if key in {SYNC_ALL, SKIP_DELETIONS}:
        return one.lower() == other.lower()
    return one == other or is_same_settings(one, other)


def find_leftover_keys(spec: ApplicationSpec, seen: ApplicationSeen, record: ApplicationRecord) -> frozenset[str]:
    """Return the saved credentials that spec no longer lists and that were not seen to be gone."""
    if spec.credentials is None or seen.stored is None:
        return frozenset()
    return (record.keys - NON_CREDENTIAL_KEYS - entry_keys(spec)) & (seen.stored.keys() | seen.removing)
