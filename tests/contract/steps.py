"""The steps of the contract: what is tried with a job, and which open questions of graph-facts 9 that answers."""

from collections.abc import Callable
from typing import Any

from tests.contract import findings as asked
from tests.contract.findings import ASSUMED, Findings
from tests.contract.graph import Reply
from tests.contract.trial import CheckFailedError, Trial, list_keys

NO_JOB = "00000000-0000-0000-0000-000000000000"
NO_TEMPLATE = "entrasyncContractNoSuchTemplate"
NO_HOST = "https://entrasync-contract.invalid/scim"
"""A name of RFC 6761 that leads nowhere."""

Step = Callable[[Trial, Findings], None]


def expect(condition: object, seen: str) -> None:
    """Raise CheckFailedError with what was seen unless a condition holds."""
    if not condition:
        raise CheckFailedError(seen)


def expect_status(reply: Reply, *statuses: int) -> None:
    """Raise CheckFailedError unless a reply has one of the statuses."""
    expect(reply.status in statuses, f"It answered {reply.describe()}.")


def read_job(trial: Trial) -> dict[str, Any]:
    """Read the job."""
    reply = trial.graph.ask("GET", trial.job)
    expect_status(reply, 200)
    return reply.document


def read_job_when(trial: Trial, *, is_active: bool) -> dict[str, Any]:
    """Read the job until it is active, or until it is not, and check that it is so."""
    reply = trial.read_until(trial.job, lambda seen: (_read_state(seen) == "Active") is is_active)
    expect_status(reply, 200)
    expect((_read_state(reply) == "Active") is is_active, f"Its schedule.state is {_read_state(reply)}.")
    return reply.document


def _read_state(reply: Reply) -> Any:
    return (reply.document.get("schedule") or {}).get("state")


def create(trial: Trial, _: Findings) -> None:
    """A job is created with an id that begins with its template, and does not run."""
    reply = trial.create(trial.target.template)
    expect_status(reply, 200, 201)
    expect(trial.jobs and trial.jobs[0].startswith(f"{trial.target.template}."), "Its id begins with something else.")
    expect(_read_state(reply) != "Active", "It is active.")


def read(trial: Trial, _: Findings) -> None:
    """A created job is read by its id, and is in the list."""
    expect_status(trial.read_until(trial.job, lambda reply: reply.status == 200), 200)
    expect(_lists_job(trial.read_until("/jobs", lambda reply: _lists_job(reply, trial)), trial), "It is not listed.")


def _lists_job(reply: Reply, trial: Trial) -> bool:
    return trial.jobs[0] in [item.get("id") for item in reply.document.get("value") or []]


def miss(trial: Trial, found: Findings) -> None:
    """A job that does not exist is answered with 404."""
    reply = trial.graph.ask("GET", f"/jobs/{trial.target.template}.{NO_JOB.replace('-', '')}.{NO_JOB}")
    assumed = f"404 {ASSUMED.missing_job_code}"
    found.answer(asked.MISSING, reply.describe(), assumed=assumed, switch="missing_job_code")
    expect_status(reply, 404)


def create_of_no_template(trial: Trial, found: Findings) -> None:
    """A job of a template that is not offered is refused."""
    reply = trial.create(NO_TEMPLATE)
    seen = f"{reply.status} {reply.code}".strip()
    assumed = f"{ASSUMED.wrong_template_status} UnknownError, with {ASSUMED.wrong_template_code} inside"
    found.answer(asked.TEMPLATE, seen, assumed=assumed, switch="wrong_template_status")
    expect(not reply.is_success, "It was created.")


def list_with_options(trial: Trial, found: Findings) -> None:
    """The list of jobs is answered, whatever its query options."""
    honoured = {True: "honoured", False: "ignored"}
    filtered = _list_with(trial, f"$filter=templateId eq '{NO_TEMPLATE}'")
    selected = _list_with(trial, "$select=id")
    expanded, first = _list_with(trial, "$expand=schema"), _list_with(trial, "$top=1")
    name = "$filter: "
    seen = name + (honoured[not filtered] if isinstance(filtered, list) else filtered)
    assumed = name + honoured[ASSUMED.job_filter_honoured]
    found.answer(asked.OPTIONS, seen, assumed=assumed, switch="job_filter_honoured")
    name = "$select: "
    seen = name + (honoured[_has_only_ids(selected)] if isinstance(selected, list) else selected)
    found.answer(
        asked.OPTIONS, seen, assumed=name + honoured[ASSUMED.job_select_honoured], switch="job_select_honoured"
    )
    seen = honoured[any(item.get("schema") for item in expanded)] if isinstance(expanded, list) else expanded
    found.answer(asked.OPTIONS, f"$expand=schema: {seen}")
    found.answer(asked.OPTIONS, f"$top=1: {'accepted' if isinstance(first, list) else first}")


def _list_with(trial: Trial, option: str) -> list[dict[str, Any]] | str:
    """List the jobs with an option; a text is the refusal."""
    reply = trial.graph.ask("GET", f"/jobs?{option}")
    items = reply.document.get("value")
    return items if reply.is_success and isinstance(items, list) else reply.describe()


def _has_only_ids(items: list[dict[str, Any]]) -> bool:
    return {name for item in items for name in item if "@" not in name} == {"id"}


def change_settings(trial: Trial, found: Findings) -> None:
    """A setting is sent with the value that it has, and stays."""
    before = read_job(trial).get("synchronizationJobSettings") or []
    if len(before) < 2:
        found.not_asked[asked.REPLACED] = "The job has fewer than two settings."
        return
    reply = trial.graph.ask("PATCH", trial.job, {"synchronizationJobSettings": before[:1]})
    expect_status(reply, 200, 204)
    trial.settle()
    after = read_job(trial).get("synchronizationJobSettings") or []
    assumed = {False: "PATCH of settings: merge", True: "PATCH of settings: replace"}
    found.answer(
        asked.REPLACED,
        assumed[len(after) < len(before)],
        assumed=assumed[ASSUMED.patch_settings_replaces],
        switch="patch_settings_replaces",
    )
    expect(before[0] in after, "The setting is gone.")


def read_schema(trial: Trial, _: Findings) -> None:
    """The schema of a job has the job's id, rules and directories."""
    reply = trial.graph.ask("GET", f"{trial.job}/schema")
    expect_status(reply, 200)
    expect(reply.document.get("id") == trial.jobs[0], "It has another id.")
    expect(reply.document.get("synchronizationRules"), "It has no rules.")
    expect(reply.document.get("directories"), "It has no directories inline.")


def evaluate(trial: Trial, _: Findings) -> None:
    """An expression is parsed, and evaluated for a test object."""
    tested = {"properties": [{"key": "displayName", "value": "Zoe"}]}
    document = {"expression": 'Join("-", [displayName], "x")', "testInputObject": tested}
    reply = trial.graph.ask("POST", f"{trial.job}/schema/parseExpression", document)
    expect_status(reply, 200)
    expect(reply.document.get("evaluationResult") == ["Zoe-x"], f"It is {reply.document.get('evaluationResult')}.")


def list_functions(trial: Trial, _: Findings) -> None:
    """The functions of expressions and the operators of filters are listed."""
    for name in ("functions", "filterOperators"):
        reply = trial.graph.ask("GET", f"{trial.job}/schema/{name}")
        expect_status(reply, 200)
        expect(reply.document.get("value"), f"There are no {name}.")


def validate_wrong_credentials(trial: Trial, found: Findings) -> None:
    """Credentials of an application that does not exist are refused."""
    credentials = [{"key": "BaseAddress", "value": NO_HOST}, {"key": "SecretToken", "value": "none"}]
    reply = trial.graph.ask("POST", f"{trial.job}/validateCredentials", {"credentials": credentials})
    found.answer(asked.CREDENTIALS, reply.describe())
    expect(not reply.is_success, "They were accepted.")


def validate_connectivity(trial: Trial, found: Findings) -> None:
    """A call that Microsoft has announced is answered somehow."""
    reply = trial.graph.ask("POST", f"{trial.job}/validateConnectivity", {}, is_described=False)
    found.answer(asked.CONNECTIVITY, f"validateConnectivity of beta without parameters: {reply.describe()}")


def start(trial: Trial, found: Findings) -> None:
    """A job is started."""
    expect_status(trial.graph.ask("POST", f"{trial.job}/start"), 204)
    read_job_when(trial, is_active=True)
    again = trial.graph.ask("POST", f"{trial.job}/start")
    found.answer(asked.RESTARTED, f"{again.status} {again.code}".strip(), assumed=204, switch="start_when_active")


def pause(trial: Trial, found: Findings) -> None:
    """A job is paused."""
    expect_status(trial.graph.ask("POST", f"{trial.job}/pause"), 204)
    job = read_job_when(trial, is_active=False)
    state, code = job["schedule"]["state"], job["status"]["code"]
    found.answer(asked.PAUSED, state, assumed=ASSUMED.pause_schedule_state, switch="pause_schedule_state")
    expect(code in {"Paused", "Quarantine"}, f"Its status.code is {code}.")


def restart(trial: Trial, _: Findings) -> None:
    """A paused job is restarted with the scopes of the portal, and is active then."""
    criteria = {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}
    expect_status(trial.graph.ask("POST", f"{trial.job}/restart", criteria), 204)
    read_job_when(trial, is_active=True)


def create_second(trial: Trial, found: Findings) -> None:
    """A second create with the same template is a second job, or is refused."""
    reply = trial.create(trial.target.template)
    assumed = ASSUMED.second_job_same_template
    found.answer(
        asked.SECOND, f"{reply.status} {reply.code}".strip(), assumed=assumed, switch="second_job_same_template"
    )
    expect(reply.status in {200, 201} or 400 <= reply.status < 500, f"It answered {reply.describe()}.")


def save_secrets(trial: Trial, found: Findings) -> None:
    """Saved secrets are listed."""
    first, second = "BaseAddress", "CompanyId"
    expect(not list_keys(trial.graph), "There are saved secrets already, so none are saved.")
    trial.saved_keys = (first, second)
    _put(trial, {first: NO_HOST, second: "contract"})
    trial.settle()
    _put(trial, {second: "contract-2"})
    trial.settle()
    keys = list_keys(trial.graph)
    seen = {True: "PUT of secrets: merge", False: "PUT of secrets: replace"}
    assumed = seen[not ASSUMED.secrets_put_replaces]
    found.answer(asked.REPLACED, seen[first in keys], assumed=assumed, switch="secrets_put_replaces")
    expect(second in keys, "A saved key is not listed.")


def _put(trial: Trial, values: dict[str, str]) -> None:
    document = {"value": [{"key": key, "value": value} for key, value in values.items()]}
    expect_status(trial.graph.ask("PUT", "/secrets", document), 204)


def delete(trial: Trial, _: Findings) -> None:
    """A deleted job is not found any more."""
    path = trial.job
    failure = trial.remove_job(trial.jobs[0])
    expect(not failure, failure)
    expect_status(trial.read_until(path, lambda reply: reply.status == 404), 404)


STEPS: tuple[Step, ...] = (
    read,
    miss,
    create_of_no_template,
    list_with_options,
    read_schema,
    list_functions,
    evaluate,
    change_settings,
    validate_wrong_credentials,
    validate_connectivity,
)
STEPS_THAT_RUN_THE_JOB: tuple[Step, ...] = (start, pause, restart, pause)
"""What makes Entra provision, if credentials are saved."""
STEPS_BEYOND_THE_JOB: dict[str, Step] = {"second-job": create_second, "secrets": save_secrets}
"""What is done only when CONTRACT_ALSO names it."""
