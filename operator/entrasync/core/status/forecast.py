"""What would be written to Graph, in words, for people whose resource is observe-only."""

from collections.abc import Iterable
from typing import assert_never

from entrasync.core.decision.action import (
    AskInterval,
    CreateJob,
    DeleteJob,
    GraphWrite,
    PatchSettings,
    PauseJob,
    RemoveSecrets,
    RestartJob,
    SaveSecrets,
    StartJob,
)


def describe_forecast(actions: Iterable[GraphWrite]) -> str:
    """Describe in one sentence what would be written to Graph."""
    return f"The operator would {', '.join(map(_describe, actions))}; managementPolicy Observe keeps it from that."


def _describe(action: GraphWrite) -> str:
    match action:
        case CreateJob(template_id=template_id):
            return f"create a job from template {template_id}"
        case StartJob(job_id=job_id):
            return f"start job {job_id}"
        case PauseJob(job_id=job_id):
            return f"pause job {job_id}"
        case PatchSettings(differences=differences):
            settings = ", ".join(f'{entry.name} to "{entry.wanted}"' for entry in differences)
            return f"set {settings}"
        case AskInterval(interval=interval):
            return f"ask for the interval {interval}"
        case DeleteJob(job_id=job_id):
            return f"delete job {job_id}"
        case SaveSecrets(values=values):
            return f"save {', '.join(sorted(values))} of the application"
        case RemoveSecrets(keys=keys):
            return f"remove {', '.join(sorted(keys))} of the application"
        case RestartJob(job_id=job_id):
            return f"restart job {job_id}"
        case _:
            assert_never(action)
