"""An action of the operator as people read it before it happens: what changes, and the calls to Graph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from entrasync.core.application.actions import RemoveSecrets, SaveSecrets
from entrasync.core.application.notification_settings import find_changed_settings
from entrasync.core.decision.action import Action, Difference
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import CreateJob, HoldJob
from entrasync.core.remote.stored_secrets import NOTIFICATION_SETTINGS, SKIP_DELETIONS, SYNC_ALL
from entrasync.core.restart.actions import RecoverJob, RestartJob, RestartOnRequest
from entrasync.core.schedule.actions import AskInterval, PauseJob, StartJob
from entrasync.core.schema.actions import PutSchema
from entrasync.core.settings.actions import PatchSettings
from kubectl_entrasync.plan.calls import find_calls
from kubectl_entrasync.plan.forecast import NEW_JOB_ID

_VERBS: dict[type[Action], str] = {
    CreateJob: "Create",
    HoldJob: "Adopt",
    StartJob: "Start",
    PauseJob: "Pause",
    AskInterval: "ChangeInterval",
    PatchSettings: "ChangeSettings",
    PutSchema: "ChangeSchema",
    RestartJob: "Restart",
    RestartOnRequest: "Restart",
    RecoverJob: "Recover",
    SaveSecrets: "SaveApplication",
    RemoveSecrets: "RemoveCredentials",
}

_FLAGS = {
    SYNC_ALL: ("application.provisioningScope", {"true": "All", "false": "AssignedOnly"}),
    SKIP_DELETIONS: ("application.outOfScopeDeletions", {"true": "Skip", "false": "Perform"}),
}


@dataclass(frozen=True)
class Change:
    """One action. `calls` are the writes to Graph; a job that is only adopted has none."""

    action: str
    sentence: str
    differences: tuple[Difference, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def is_write(self) -> bool:
        """Whether something would be written to Graph."""
        return bool(self.calls)


def describe_change(action: Action, facts: Facts) -> Change:
    """Describe an action. No value of a credential is in it."""
    sentence = "adopt job " + action.job_id if isinstance(action, HoldJob) else action.describe()
    sentence = sentence.replace(f"job {NEW_JOB_ID}", "the new job")
    verb = _VERBS.get(type(action), type(action).__name__)
    return Change(verb, sentence, tuple(_find_differences(action, facts)), find_calls(action, facts))


def _find_differences(action: Action, facts: Facts) -> Iterator[Difference]:
    match action:
        case CreateJob():
            yield Difference("template", wanted=action.template_id)
        case StartJob() | RecoverJob():
            yield Difference("schedule.state", wanted="Active", found=facts.job.schedule_state if facts.job else None)
        case PauseJob():
            yield Difference("schedule.state", wanted="Paused", found=facts.job.schedule_state if facts.job else None)
        case AskInterval():
            yield Difference("schedule.interval", wanted=action.interval, found=_find_interval(facts))
        case PatchSettings():
            yield from (Difference(f"settings[{each.name}]", each.wanted, each.found) for each in action.differences)
        case PutSchema():
            yield from (
                Difference(each.field.removeprefix("spec."), each.wanted, each.found) for each in action.differences
            )
        case SaveSecrets():
            yield from _find_application(action, facts)
        case RemoveSecrets():
            yield from (Difference(f"application.credentials[{key}]") for key in sorted(action.keys))


def _find_application(action: SaveSecrets, facts: Facts) -> Iterator[Difference]:
    """Yield what is saved: words for what is no secret, and names only for credentials."""
    seen = facts.observed.application
    stored: Mapping[str, str] = (seen.stored if seen else None) or {}
    for key in sorted(action.values):
        if key in _FLAGS:
            field, words = _FLAGS[key]
            found = stored.get(key)
            yield Difference(field, words.get(action.values[key].lower()), found and words.get(found.lower(), found))
        elif key == NOTIFICATION_SETTINGS:
            for name in sorted(find_changed_settings(stored.get(key, ""), action.values[key])):
                yield Difference(f"application.{name}", wanted=_write_setting(name, facts))
        else:
            yield Difference(f"application.credentials[{key}]")


def _write_setting(name: str, facts: Facts) -> str | None:
    spec = facts.desired.application
    if spec is not None and name == "notifications" and spec.notifications is not None:
        return ", ".join(spec.notifications.recipients) or "no mails"
    if spec is not None and spec.accidental_deletions is not None:
        return str(spec.accidental_deletions.threshold)
    return None


def _find_interval(facts: Facts) -> str | None:
    return facts.job.schedule.interval if facts.job else None
