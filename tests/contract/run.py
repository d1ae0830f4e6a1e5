"""Runs the contract: makes a job, tries each step with it, and removes it."""

from tests.contract import findings as asked
from tests.contract.findings import Check, Findings
from tests.contract.graph import UnansweredError
from tests.contract.settings import EXTRAS
from tests.contract.steps import STEPS, STEPS_BEYOND_THE_JOB, STEPS_THAT_RUN_THE_JOB, Step, create, delete
from tests.contract.trial import CheckFailedError, RefusedError, Trial, removing

WITH_CREDENTIALS = "The service principal has saved credentials, so a started job might provision people."
OPT_IN = "It is asked only with CONTRACT_ALSO={}."


def describe_plan(trial: Trial) -> str:
    """Say what will be done, before it is."""
    extras = {
        "second-job": "ask for a second job of the same template, and remove it",
        "secrets": "save invented values of the keys BaseAddress and CompanyId, and remove them",
    }
    runs = "not start it" if trial.target.has_credentials else "start it three times and pause it"
    parts = [
        f"On the service principal {trial.settings.service_principal_id}, tenant {trial.settings.tenant_id}, this will",
        f"* create one job of the template {trial.target.template}, {runs}, and remove it",
        "* send one of the job's settings with the value that it has",
        "* ask for one job of a template that does not exist",
        "* let Entra try credentials of an application that does not exist, without saving them",
        *(f"* {extras[name]}" for name in EXTRAS if name in trial.settings.extras),
        "It touches nothing else.",
    ]
    return "\n".join(parts)


def run_contract(trial: Trial, found: Findings) -> None:
    """Try all steps, and remove what they made. What was found until an interruption stays in `found`."""
    _explain_what_is_not_asked(trial, found)
    try:
        with removing(trial):
            if _try(create, trial, found):
                for step in _list_steps(trial):
                    _try(step, trial, found)
    finally:
        _note_throttling(trial, found)


def _list_steps(trial: Trial) -> list[Step]:
    """List the steps after the create: those that run the job only where it cannot provision anybody."""
    running = () if trial.target.has_credentials else STEPS_THAT_RUN_THE_JOB
    extras = [STEPS_BEYOND_THE_JOB[name] for name in EXTRAS if name in trial.settings.extras]
    return [*STEPS, *running, *extras, delete]


def _try(step: Step, trial: Trial, found: Findings) -> bool:
    """Try a step, and note whether its sentence holds."""
    sentence = (step.__doc__ or "").strip()
    try:
        step(trial, found)
    except (CheckFailedError, RefusedError, UnansweredError) as error:
        found.checks.append(Check(sentence, trial.graph.redact(str(error))))
        return False
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        found.checks.append(Check(sentence, f"The answer has another form ({type(error).__name__})."))
        return False
    found.checks.append(Check(sentence))
    return True


def _explain_what_is_not_asked(trial: Trial, found: Findings) -> None:
    found.not_asked[asked.DISABLED] = "It takes four weeks of quarantine."
    found.not_asked[asked.THROTTLED] = "Nothing was throttled, and this does not try to be."
    if "second-job" not in trial.settings.extras:
        found.not_asked[asked.SECOND] = OPT_IN.format("second-job")
    if "secrets" not in trial.settings.extras:
        found.not_asked["merge vs replace on PUT secrets"] = OPT_IN.format("secrets")
    if trial.target.has_credentials:
        found.not_asked[asked.PAUSED] = found.not_asked[asked.RESTARTED] = WITH_CREDENTIALS


def _note_throttling(trial: Trial, found: Findings) -> None:
    for seen in sorted(set(trial.graph.throttled)):
        found.answer(asked.THROTTLED, seen)
