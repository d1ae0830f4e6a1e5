"""Checks `make contract` against the simulator: what it finds, what it leaves untouched, and that it cleans up."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.contract.__main__ import DIFFERS, HOLDS, INTERRUPTED, NOT_REMOVED, NOT_RUN, main
from tests.contract.findings import QUESTIONS
from tests.contract.settings import NEEDED, OPTIONAL
from tests.contract.steps import STEPS, STEPS_BEYOND_THE_JOB, STEPS_THAT_RUN_THE_JOB
from tests.support.simulator_client import Principal, SimulatorClient

ROOT = Path(__file__).parents[3]
FACTS = (ROOT / "docs" / "graph-facts.md").read_text(encoding="utf-8")

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def principal(simulator: SimulatorClient) -> Principal:
    """A service principal whose application refuses the invented credentials."""
    made = simulator.create_service_principal("contract")
    simulator.set_target_app(made.id, accepts={"SecretToken": ["good"]})
    return made


@pytest.fixture
def environment(simulator: SimulatorClient, principal: Principal) -> dict[str, str]:
    """The variables of a run against the simulator."""
    known = simulator.connection
    return {
        "CONTRACT_TENANT_ID": known.tenant_id,
        "CONTRACT_CLIENT_ID": known.client_id,
        "CONTRACT_CLIENT_SECRET": known.client_secret,
        "CONTRACT_SERVICE_PRINCIPAL_ID": principal.id,
        "CONTRACT_GRAPH_URL": known.url,
        "CONTRACT_AUTHORITY": known.url,
        "CONTRACT_CA_FILE": str(simulator.ca_path),
        "CONTRACT_CONFIRMED": "yes",
    }


@pytest.fixture
def run(
    simulator: SimulatorClient, environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command, and return its exit code and all that it wrote."""

    def run_contract(**changes: str) -> tuple[int, str]:
        report = tmp_path / "contract.md"
        given = environment | {f"CONTRACT_{name}": value for name, value in changes.items()}
        code = main(given, report=report, wait=lambda seconds: simulator.advance(timedelta(seconds=seconds)))
        return code, capsys.readouterr().out + (report.read_text() if report.exists() else "")

    return run_contract


class Interruption:
    """Interrupts a run once, when it waits after an operation; else it lets simulated time pass."""

    def __init__(self, simulator: SimulatorClient, operation: str) -> None:
        self._simulator, self._operation = simulator, operation

    def __call__(self, seconds: float) -> None:
        if self._simulator.journal()[-1].operation == self._operation:
            self._operation = ""
            raise KeyboardInterrupt
        self._simulator.advance(timedelta(seconds=seconds))


def writes(simulator: SimulatorClient) -> list[str]:
    """List the operations of the journal that change something."""
    return [entry.operation for entry in simulator.journal() if entry.method != "GET" and entry.operation != "token"]


class TestContract:
    @pytest.mark.parametrize("version", ["v1.0", "beta"])
    def test_holds_in_the_simulator_and_leaves_nothing_there(
        self, run: Run, simulator: SimulatorClient, version: str
    ) -> None:
        code, text = run(API_VERSION=version)
        assert code == HOLDS, text
        assert simulator.jobs() == []
        assert simulator.secret_writes() == []
        assert "; switch" not in text
        steps = len(STEPS) + len(STEPS_THAT_RUN_THE_JOB) + 2
        assert text.count(" | holds |") == 2 * steps  # the report is printed, and written to a file
        assert "| fields after the 4-week disable | It takes four weeks of quarantine. |" in text
        assert "| merge vs replace on PUT secrets | It is asked only with CONTRACT_ALSO=secrets. |" in text

    def test_says_first_what_it_will_do(self, run: Run, principal: Principal) -> None:
        text = run()[1]
        plan = text[: text.index("# Contract")]
        assert f"On the service principal {principal.id}" in plan
        assert "create one job of the template scim, start it three times and pause it, and remove it" in plan
        assert plan.endswith("It touches nothing else.\n\n")

    def test_does_more_only_when_it_is_asked_to(
        self, run: Run, simulator: SimulatorClient, principal: Principal
    ) -> None:
        code, text = run(ALSO="second-job,secrets")
        assert code == HOLDS, text
        assert all((step.__doc__ or "?") in text for step in STEPS_BEYOND_THE_JOB.values())
        assert simulator.jobs() == []
        assert simulator.secrets(principal.id) == {}

    def test_does_not_start_a_job_that_might_provision_people(
        self, run: Run, simulator: SimulatorClient, principal: Principal
    ) -> None:
        simulator.set_secrets(principal.id, {"SecretToken": "good"})
        code, text = run(ALSO="secrets")
        assert code == DIFFERS
        assert "There are saved secrets already, so none are saved." in text
        assert set(writes(simulator)) & {"startJob", "restartJob", "putSecrets"} == set()
        assert simulator.secrets(principal.id) == {"SecretToken": "good"}

    def test_asks_the_questions_of_the_page_of_facts(self) -> None:
        section = FACTS.partition("\n## 9. Open questions\n")[2].partition("\n## ")[0]
        assert section.strip().splitlines()[-1].rstrip(".").split(" · ") == list(QUESTIONS)


class TestOpenQuestions:
    @pytest.mark.parametrize(
        ("switches", "answer"),
        [
            ({"pause_schedule_state": "Paused"}, "| Paused | Disabled; switch `pause_schedule_state`"),
            ({"start_when_active": 400}, "| 400 UnknownError, with BadRequest inside | 204; switch"),
            ({"start_when_active": 409, "nested_errors": False}, "| 409 Conflict | 204; switch `start_when_active`"),
            ({"second_job_same_template": 409}, "| 409 UnknownError, with Conflict inside | 201; switch"),
            ({"wrong_template_status": 404, "nested_errors": False}, "| 404 BadRequest | 400 UnknownError, with"),
            ({"missing_job_code": "ItemNotFound", "missing_job_message": "No."}, "| 404 ItemNotFound: No. | 404"),
            ({"secrets_put_replaces": True}, "| PUT of secrets: replace | PUT of secrets: merge; switch"),
            ({"patch_settings_replaces": True}, "| PATCH of settings: replace | PATCH of settings: merge; switch"),
            ({"job_filter_honoured": False}, "| $filter: ignored | $filter: honoured; switch `job_filter_honoured`"),
            ({"job_select_honoured": True}, "| $select: honoured | $select: ignored; switch `job_select_honoured`"),
        ],
    )
    def test_are_answered_by_what_is_there(
        self, run: Run, simulator: SimulatorClient, switches: dict[str, Any], answer: str
    ) -> None:
        simulator.switch(**switches)
        code, text = run(ALSO="second-job,secrets")
        assert code == HOLDS, text
        assert answer in text
        assert simulator.jobs() == []

    def test_are_asked_of_a_graph_that_replicates_slowly(self, run: Run, simulator: SimulatorClient) -> None:
        simulator.replicate(creation={"seconds": 60}, deletion={"seconds": 60})
        simulator.switch(conflict_seconds=20)
        code, text = run(ALSO="second-job,secrets")
        assert code == HOLDS, text

    def test_are_answered_by_throttling_if_it_is_met(self, run: Run, simulator: SimulatorClient) -> None:
        simulator.throttle(calls=8, seconds=10)
        code, text = run()
        assert code == HOLDS, text
        assert "carries Retry-After | 429 with Retry-After: " in text


class TestSafety:
    @pytest.mark.parametrize("missing", ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "SERVICE_PRINCIPAL_ID"])
    def test_says_what_it_needs(self, run: Run, simulator: SimulatorClient, missing: str) -> None:
        code, text = run(**{missing: ""})
        assert code == NOT_RUN
        assert f"variables that are not set: CONTRACT_{missing}." in text
        assert simulator.journal() == []

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("API_VERSION", "v2", "CONTRACT_API_VERSION is neither v1.0 nor beta."),
            ("ALSO", "everything", "CONTRACT_ALSO may have: second-job, secrets."),
            ("GRAPH_URL", "http://localhost", "CONTRACT_GRAPH_URL does not begin with https://."),
            ("CA_FILE", "/nowhere", "CONTRACT_CA_FILE is not a file."),
            ("CLIENT_SECRET", "wrong", "Entra gives no token: 401 "),
            ("SERVICE_PRINCIPAL_ID", "nobody", "Graph does not list jobs of the service principal: 404 "),
            ("TEMPLATE_ID", "zendesk", "offers these templates: scim. Name one: CONTRACT_TEMPLATE_ID."),
        ],
    )
    def test_refuses_what_it_cannot_use(
        self, run: Run, simulator: SimulatorClient, name: str, value: str, message: str
    ) -> None:
        code, text = run(**{name: value})
        assert (code, message in text) == (NOT_RUN, True), text
        assert writes(simulator) == []

    def test_reads_the_secret_from_a_file(self, run: Run, environment: Mapping[str, str], tmp_path: Path) -> None:
        path = tmp_path / "secret"
        path.write_text(environment["CONTRACT_CLIENT_SECRET"] + "\n")
        assert run(CLIENT_SECRET="", CLIENT_SECRET_FILE=str(path))[0] == HOLDS

    def test_does_nothing_where_a_job_is_already(
        self, run: Run, simulator: SimulatorClient, principal: Principal
    ) -> None:
        simulator.create_job(principal.id)
        code, text = run()
        assert code == NOT_RUN
        assert "The service principal has 1 jobs. Name one without any: CONTRACT_SERVICE_PRINCIPAL_ID." in text
        assert writes(simulator) == []

    def test_does_nothing_unless_somebody_agrees(
        self, run: Run, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO("y\n"))  # nobody who sits at a terminal
        code, text = run(CONFIRMED="")
        assert code == NOT_RUN
        assert "Nothing was done." in text
        assert writes(simulator) == []

    def test_shows_no_token_secret_or_id_that_graph_quotes(
        self, run: Run, simulator: SimulatorClient, principal: Principal, environment: Mapping[str, str]
    ) -> None:
        simulator.switch(quotes_secrets=True)
        text = run(ALSO="secrets")[1]
        report = text[text.index("# Contract") :]
        assert environment["CONTRACT_CLIENT_SECRET"] not in text
        assert "eyJ" not in text
        assert principal.id not in report
        assert simulator.connection.tenant_id.replace("-", "") not in report


class TestCleanUp:
    @pytest.mark.parametrize(
        ("operation", "times"),
        [("getJob", None), ("startJob", None), ("updateJob", None), ("getSchema", None), ("putSecrets", 1)],
    )
    def test_follows_a_failure(
        self, run: Run, simulator: SimulatorClient, principal: Principal, operation: str, times: int | None
    ) -> None:
        simulator.fault("answer", point="after", operation=operation, status=500, times=times)
        code, text = run(ALSO="secrets")
        assert code == DIFFERS, text
        assert simulator.jobs() == []
        assert simulator.secrets(principal.id) == {}

    def test_finds_a_job_whose_create_was_not_answered(self, run: Run, simulator: SimulatorClient) -> None:
        simulator.fault("close", operation="createJob", point="after")
        code, text = run()
        assert code == DIFFERS
        assert "Graph did not answer POST" in text
        assert simulator.jobs() == []

    def test_is_repeated_when_graph_does_not_take_it_at_once(self, run: Run, simulator: SimulatorClient) -> None:
        simulator.fault("answer", operation="deleteJob", status=503, times=2)
        run()
        assert simulator.jobs() == []

    def test_that_fails_names_the_job(self, run: Run, simulator: SimulatorClient) -> None:
        simulator.fault("answer", operation="deleteJob", status=403, times=None)
        code, text = run()
        (job,) = simulator.jobs()
        assert code == NOT_REMOVED
        assert f"The job {job.id} could not be removed: Graph answered 403" in text

    def test_that_is_interrupted_itself_goes_on(
        self, simulator: SimulatorClient, environment: Mapping[str, str]
    ) -> None:
        simulator.fault("answer", operation="deleteJob", status=503, times=2)
        wait = Interruption(simulator, "deleteJob")
        assert main(environment, report=Path(os.devnull), wait=wait) == INTERRUPTED
        assert simulator.jobs() == []

    def test_waits_for_a_job_that_graph_does_not_show_yet(
        self, simulator: SimulatorClient, environment: Mapping[str, str]
    ) -> None:
        simulator.replicate(creation={"seconds": 30, "hides": ["list", "get", "act"]})
        wait = Interruption(simulator, "getJob")
        assert main(environment, report=Path(os.devnull), wait=wait) == INTERRUPTED
        assert simulator.jobs() == []

    def test_takes_a_job_for_gone_whose_deletion_was_not_answered(self, run: Run, simulator: SimulatorClient) -> None:
        simulator.fault("close", operation="deleteJob", point="after")
        assert run()[0] == HOLDS
        assert simulator.jobs() == []

    @pytest.mark.parametrize(
        ("operation", "number"),
        [("getSchema", signal.SIGINT), ("createJob", signal.SIGTERM)],
        ids=["SIGINT", "SIGTERM"],
    )
    def test_follows_an_interruption(
        self,
        simulator: SimulatorClient,
        environment: Mapping[str, str],
        tmp_path: Path,
        operation: str,
        number: signal.Signals,
    ) -> None:
        held = simulator.hold(operation, "after")
        paths = os.pathsep.join(str(ROOT / folder) for folder in (".", "operator", "sandbox"))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract"],
            cwd=tmp_path,
            env=os.environ | environment | {"PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        held.wait_held()
        assert len(simulator.jobs()) == 1
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == INTERRUPTED, output
        assert simulator.jobs() == []
        assert "Interrupted. What was made is removed first; please wait." in output
        assert "The run ended before." in (tmp_path / "build" / "contract.md").read_text()


class TestPage:
    def test_names_every_variable(self) -> None:
        page = (ROOT / "docs" / "development" / "contract.md").read_text(encoding="utf-8")
        named = set(re.findall(r"`CONTRACT_([A-Z_]+)`", page))
        assert named == {*NEEDED, *OPTIONAL, "CLIENT_SECRET_FILE"}
