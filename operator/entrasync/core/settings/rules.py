"""Rules about the job's own settings that spec names. Each is named by the fault it finds."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.remote.job_settings import SettingDifference, read_settings
from entrasync.core.schedule.state import explain_held_back_start
from entrasync.core.settings.actions import PatchSettings
from entrasync.core.settings.record import was_reported_as_not_taken

MAX_QUOTE_LENGTH = 64
MAX_NAMED_SETTINGS = 5


def settings_differ(facts: Facts) -> Verdict | None:
    """Find settings that differ from the spec.

    They are not sent twice within the replication bound unless Graph has shown them since, because reads may be stale.
    """
    differences = _find_differences(facts)
    if facts.job is None or not differences or _were_sent(facts, differences):
        return None
    before = dict(read_settings(facts.resource.record.mirrored_job.raw) or ())
    drifted = tuple(difference for difference in differences if before.get(difference.name) == difference.wanted)
    return Do(
        PatchSettings(
            facts.service_principal_id,
            facts.job,
            wanted=facts.desired.settings,
            differences=differences,
            drifted=drifted,
            consequence=explain_held_back_start(facts),
        )
    )


def settings_were_not_taken(facts: Facts) -> Verdict | None:
    """Find settings that Graph accepted and does not show.

    Within the replication bound reads may be stale. Afterwards Graph ignores the settings.
    """
    differences = _find_differences(facts)
    if not differences or not _were_sent(facts, differences):
        return None
    sent = [facts.observed.settings_sent.get(difference.name) for difference in differences]
    since = max((entry.at for entry in sent if entry is not None), default=None)
    if since is not None and facts.now - since < facts.bounds.replication:
        names = ", ".join(difference.name for difference in differences)
        message = f"Graph took the settings {names} at {write_readable_time(since)} and does not show them yet."
        return Wait(Reason.WAITING_FOR_REPLICATION, message, STALE_READ_DELAY)
    return Stall(Reason.SETTINGS_NOT_TAKEN, _describe_ignored(differences))


def _find_differences(facts: Facts) -> tuple[SettingDifference, ...]:
    if facts.job is None:
        return ()
    known = dict(read_settings(facts.job.raw) or ())
    return tuple(
        SettingDifference(name, value, known.get(name))
        for name, value in facts.desired.settings
        if known.get(name) != value
    )


def _were_sent(facts: Facts, differences: tuple[SettingDifference, ...]) -> bool:
    """Whether nothing is left to send.

    What the status reports counts too, so that a restart of the operator sends nothing.
    """
    return all(_was_sent(facts, difference) for difference in differences) or _was_reported(facts)


def _was_sent(facts: Facts, difference: SettingDifference) -> bool:
    """Whether Graph accepted this value, has shown no other since, and no edit of the spec asks for it again."""
    sent = facts.observed.settings_sent.get(difference.name)
    if sent is None or (sent.wanted, sent.found) != (difference.wanted, difference.found):
        return False
    spec_seen_at = facts.observed.spec_seen_at
    is_recent = facts.now - sent.at < facts.bounds.replication
    return is_recent or spec_seen_at is None or spec_seen_at <= sent.at


def _was_reported(facts: Facts) -> bool:
    """Whether the status reports already that Graph ignores the settings, and nothing has changed since."""
    names = frozenset(name for name, _ in facts.desired.settings)
    return facts.job is not None and was_reported_as_not_taken(facts.resource, facts.job, names)


def _describe_ignored(differences: tuple[SettingDifference, ...]) -> str:
    named = "; ".join(
        f"{difference.name} is {_quote(difference.found)}, not {_quote(difference.wanted)}"
        for difference in differences[:MAX_NAMED_SETTINGS]
    )
    return (
        f"Graph accepted spec.settings and did not change the job: {named}. "
        "Correct the name or the value, or take the setting out of spec.settings."
    )


def _quote(value: str | None) -> str:
    if value is None:
        return "absent"
    return f'"{shorten(value, MAX_QUOTE_LENGTH)}"'
