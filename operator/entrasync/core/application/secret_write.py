"""What one PUT of secrets sends: all that is to stand afterwards, because Graph may replace everything by it.

Microsoft's pages tell readers to send all values again, and nothing shows that others stay (graph-facts 5.3). So what
Graph shows of others is sent along as it was read. A masked value of others cannot be, and is at risk.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.policies import OtherKeys
from entrasync.core.application.wanted_secrets import entry_keys, find_leftover_keys, secrets_to_send, wanted_secrets
from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.record.application_record import ApplicationRecord
from entrasync.core.remote.stored_secrets import MASK, NON_CREDENTIAL_KEYS, SKIP_DELETIONS, SYNC_ALL, SecretValues


@dataclass(frozen=True)
class SecretWrite:
    """`changed` is what the PUT is for, `along` what is sent with it so that it stays."""

    changed: SecretValues
    along: SecretValues
    at_risk: frozenset[str] = frozenset()
    """Keys of others whose value Graph masks. If Graph replaces, they are lost."""
    withheld: frozenset[str] = frozenset()
    """Keys of ours that Graph masks, and whose value in force is not known because the wanted one was refused."""


def plan_save(spec: ApplicationSpec, seen: ApplicationSeen, record: ApplicationRecord) -> SecretWrite | None:
    """Plan the PUT that saves what Graph does not have as wanted; None when nothing is to be saved.

    Refused credentials are not sent. Keys that spec no longer lists are left out; they are removed next.
    """
    changed = secrets_to_send(spec, seen, record)
    if seen.refusal:
        changed = changed.only(NON_CREDENTIAL_KEYS)
    if not changed:
        return None
    stored = seen.stored or SecretValues()
    wanted = wanted_secrets(spec, seen.credentials.values, stored)
    left_out = frozenset[str]() if seen.refusal else find_leftover_keys(spec, seen, record)
    others = stored.only(stored.keys() - changed.keys() - left_out)
    along, masked = _send_along(others, wanted.only(seen.saved - changed.keys()))
    ours = entry_keys(spec) | (find_leftover_keys(spec, seen, record) if seen.refusal else frozenset())
    return SecretWrite(changed, along, at_risk=masked - ours, withheld=masked & ours)


def plan_removal(stored: SecretValues, keys: frozenset[str], known: SecretValues) -> SecretWrite:
    """Plan the PUT that removes keys. `known` has the values of ours that stay."""
    along, masked = _send_along(stored.only(stored.keys() - keys), known.only(known.keys() - keys))
    return SecretWrite(SecretValues(dict.fromkeys(sorted(keys), "")), along, at_risk=masked)


def values_that_stay(spec: ApplicationSpec | None) -> SecretValues:
    """Return the values of ours that a removal of all credentials leaves, and that the spec alone gives."""
    return wanted_secrets(spec, {}, {}).only({SYNC_ALL, SKIP_DELETIONS}) if spec else SecretValues()


def may_overwrite(spec: ApplicationSpec | None) -> bool:
    """Whether keys of others may be lost. Unset means that they are protected."""
    credentials = spec.credentials if spec else None
    return credentials is not None and credentials.other_keys is OtherKeys.OVERWRITE


def explain_keys_at_risk(service_principal_id: str, keys: frozenset[str]) -> str:
    """Say why nothing is saved, and the two ways out."""
    names = ", ".join(sorted(keys))
    return (
        "Nothing of spec.application is saved, because a save may remove what is not sent with it, and Graph masks "
        f"{names} of service principal {service_principal_id}, which this resource does not set. Add {names} to "
        "spec.application.credentials.entries, or set spec.application.credentials.otherKeys to Overwrite if the "
        "values that Graph has may be lost."
    )


def _send_along(others: SecretValues, known: Mapping[str, str]) -> tuple[SecretValues, frozenset[str]]:
    """Return the values to send along, and the masked keys whose value is not known."""
    shown = {key: value for key, value in others.items() if value != MASK}
    return SecretValues({**shown, **known}), frozenset(others.keys() - shown.keys() - known.keys())
