"""What the first page shows of `kubectl entrasync` is what the plugin prints."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, RenderableType

from entrasync.core.health.quarantine import quarantined_condition
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.jobs import RemoteJob
from kubectl_entrasync.fleet.job_row import JobRow, read_rows
from kubectl_entrasync.fleet.tables import draw_fleet, draw_status
from tests.support.imports import run_import
from tests.support.plugin import Plugin
from tests.support.simulator_client import SimulatorClient

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
COLUMNS = 80


def read_shown(command: str) -> list[str]:
    """Return the lines that the page shows below a command, without trailing blanks."""
    [shown] = re.findall(rf"^\$ kubectl entrasync {command}.*\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE)
    return [line.rstrip() for line in shown.rstrip().splitlines()]


def draw(renderable: RenderableType) -> list[str]:
    console = Console(width=COLUMNS, highlight=False)
    with console.capture() as capture:
        console.print(renderable)
    return [line.rstrip() for line in capture.get().splitlines()]


def job(name: str, live: dict[str, Any], *conditions: dict[str, Any]) -> dict[str, Any]:
    metadata = {"namespace": "identity", "name": name, "generation": 1}
    return {"metadata": metadata, "spec": {}, "status": {"synchronizationStatus": live, "conditions": list(conditions)}}


def condition(kind: str, status: str, reason: str, *, ago: timedelta, message: str = "") -> dict[str, Any]:
    changed = write_time(NOW - ago)
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": changed}


def succeeded(ago: timedelta) -> dict[str, str]:
    return {"state": "Succeeded", "timeEnded": write_time(NOW - ago)}


@pytest.fixture
def rows() -> list[JobRow]:
    """The two jobs that the first screen of the page has."""
    live = {
        "code": "Quarantine",
        "lastSuccessfulExecution": succeeded(timedelta(hours=26)),
        "lastExecution": {
            "state": "Failed",
            "error": {"code": "InvalidCredentials", "message": "The token has expired", "tenantActionable": True},
        },
        "quarantine": {
            "reason": "EncounteredQuarantineException",
            "seriesBegan": write_time(NOW - timedelta(hours=2)),
            "nextAttempt": write_time(NOW + timedelta(hours=4)),
        },
    }
    ill = quarantined_condition(RemoteJob("zendesk.4f1c", {"status": live}), Bounds())
    ready = condition("Ready", "True", "Healthy", ago=timedelta(days=3))
    healthy = {"code": "Active", "lastSuccessfulExecution": succeeded(timedelta(minutes=12))}
    since = timedelta(hours=2)
    return read_rows(
        [
            job("salesforce", healthy, ready),
            job("zendesk", live, condition("Quarantined", "True", ill.reason, ago=since, message=ill.message)),
        ]
    )


def test_the_list_is_what_get_prints(rows: list[JobRow]) -> None:
    assert read_shown("get") == draw(draw_fleet(rows, NOW, with_namespace=False))


def test_the_words_on_an_ill_job_are_what_status_prints(rows: list[JobRow]) -> None:
    assert read_shown("status") == draw(draw_status(rows, NOW, with_namespace=False))


def test_the_end_of_an_import_is_what_import_prints(
    plugin: Plugin, simulator: SimulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, template in (("Salesforce", "salesforce"), ("ServiceNow", "serviceNow"), ("Zendesk", "zendesk")):
        principal = simulator.create_service_principal(name, templates=[{"id": template, "factory_tag": template}])
        simulator.create_job(principal.id, template, started=True)
    monkeypatch.chdir(tmp_path)
    answer = run_import(plugin, simulator, Path("identity"))
    assert answer.code == 0
    assert answer.output.splitlines() == read_shown("import")
