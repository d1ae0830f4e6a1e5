"""`--watch` on a terminal whose lines are too short for what it shows."""

import io
from datetime import UTC, datetime
from functools import partial

import pytest
from rich.console import RenderableType

from kubectl_entrasync.fleet.job_row import read_rows
from kubectl_entrasync.fleet.screen import fit_screen
from kubectl_entrasync.fleet.tables import draw_fleet, draw_status
from kubectl_entrasync.output.console import SafeConsole
from tests.support.report_fleet import make_large_fleet

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)

ROWS = read_rows(make_large_fleet(60, ill=20))


def draw(most: int, count: int) -> RenderableType:
    return draw_fleet(ROWS[:count], NOW, with_namespace=True, most=most)


def show(console: SafeConsole, drawn: RenderableType) -> list[str]:
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().splitlines()


@pytest.fixture(params=[40, 60, 80, 200], ids=lambda columns: f"{columns} columns")
def console(request: pytest.FixtureRequest) -> SafeConsole:
    return SafeConsole(file=io.StringIO(), force_terminal=True, width=request.param, height=24)


@pytest.mark.parametrize("count", [15, 23, 60])
def test_get_has_no_more_lines_than_the_terminal(console: SafeConsole, count: int) -> None:
    lines = show(console, fit_screen(console, partial(draw, count=count)))
    assert 6 < len(lines) <= 24


def test_get_says_how_many_jobs_there_are_where_it_leaves_some_out(console: SafeConsole) -> None:
    first, *_ = show(console, fit_screen(console, partial(draw, count=60)))
    assert "The most urgent of 60 jobs:" in first


def test_status_has_no_more_lines_than_the_terminal(console: SafeConsole) -> None:
    lines = show(console, fit_screen(console, lambda most: draw_status(ROWS, NOW, with_namespace=True, most=most)))
    assert 3 < len(lines) <= 24
