"""The fleet on a screen that has fewer lines than there are jobs, as `--watch` shows it."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import RenderableType

from kubectl_entrasync.fleet.job_row import read_rows
from kubectl_entrasync.fleet.tables import draw_fleet, draw_status
from kubectl_entrasync.output.console import SafeConsole
from tests.support.report_fleet import make_large_fleet

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)

ROWS = read_rows(make_large_fleet(60, ill=5))


def show(drawn: RenderableType, *, columns: int = 200) -> list[str]:
    screen = io.StringIO()
    SafeConsole(file=screen, width=columns, highlight=False, markup=False, emoji=False).print(drawn)
    return screen.getvalue().splitlines()


class TestGet:
    def test_fills_the_screen_and_says_first_how_many_jobs_there_are(self) -> None:
        head, columns, *lines = show(draw_fleet(ROWS, NOW, with_namespace=False, most=24))
        assert (head, columns.split()[0]) == ("The most urgent of 60 jobs:", "NAME")
        assert len(lines) == 22
        assert lines[0].split()[:2] == ["job-0050", "Quarantined"]

    def test_has_all_jobs_where_they_fit(self) -> None:
        lines = show(draw_fleet(ROWS, NOW, with_namespace=False, most=61))
        assert len(lines) == 61
        assert lines[-1].startswith("job-0049")

    def test_folds_the_reason_and_not_a_name_that_people_copy(self) -> None:
        named = [replace(ROWS[0], name="contoso-servicenow", reason="EncounteredQuarantineException", quarantine=None)]
        lines = show(draw_fleet(named, NOW, with_namespace=False), columns=80)
        assert lines[1].startswith("contoso-servicenow ")
        assert lines[2:]
        assert all(line.startswith(" ") for line in lines[2:])
        assert max(map(len, lines)) <= 80

    @pytest.mark.parametrize("columns", [60, 79])
    def test_cuts_neither_name_nor_reason_where_there_are_fewer_columns(self, columns: int) -> None:
        named = [replace(ROWS[0], name="contoso-servicenow-x", reason="CredentialsRefused", quarantine=None)]
        head, *lines = show(draw_fleet(named, NOW, with_namespace=False), columns=columns)
        place = head.index("HEALTH")
        assert "".join(line[:place].strip() for line in lines) == "contoso-servicenow-x"
        place = head.index("RE")
        assert "".join(line[place:].strip() for line in lines) == "CredentialsRefused"

    def test_folds_a_long_name(self) -> None:
        lines = show(draw_fleet([replace(ROWS[0], name="n" * 60)], NOW, with_namespace=False), columns=80)
        assert max(map(len, lines)) <= 80
        assert "n" * 60 not in lines[1]


def test_status_counts_all_jobs_also_where_it_tells_of_few() -> None:
    head, *lines = show(draw_status(ROWS, NOW, with_namespace=False, most=3))
    assert head == "60 jobs   5 Quarantined   5 Overdue   50 Healthy"
    assert sum(line.startswith("job-") for line in lines) == 3
