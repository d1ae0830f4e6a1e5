"""The dashboard of the chart, by Grafana's own schema and by what its panels ask."""

import json
import re
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from entrasync.process.observability.catalogue import METRICS

FILE = Path(__file__).parents[3] / "charts/entra-sync-operator/files/dashboards/entra-sync-operator.json"
BOARD: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
COLUMNS = 24


def find_lost(given: Any, kept: Any, path: str = "dashboard") -> list[str]:
    """List what a reader has not kept of a document."""
    if isinstance(given, dict) and isinstance(kept, dict):
        absent = [f"{path}.{name}" for name in given if name not in kept]
        return absent + [
            lost for name in given.keys() & kept.keys() for lost in find_lost(given[name], kept[name], f"{path}.{name}")
        ]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        pairs = enumerate(zip(given, kept, strict=True))
        return [lost for index, (one, other) in pairs for lost in find_lost(one, other, f"{path}[{index}]")]
    return [] if given == kept else [path]


def test_grafanas_schema_knows_all_that_the_dashboard_says() -> None:
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(BOARD)))
    assert find_lost(BOARD, read) == []


def test_the_dashboard_answers_these_questions() -> None:
    assert [panel["title"] for panel in BOARD["panels"] if panel["type"] == "row"] == [
        "Which jobs are ill, since when, and why",
        "Are people provisioned in time",
        "Is Graph throttling us",
        "Which tenants' logins fail",
        "The operator",
    ]


def test_each_panel_asks_the_chosen_prometheus() -> None:
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    assert all(panel["datasource"] == chosen for panel in PANELS)
    assert all(target["datasource"] == chosen for panel in PANELS for target in panel["targets"])


def test_the_variables_are_the_datasource_the_tenant_and_the_namespace() -> None:
    assert [each["name"] for each in BOARD["templating"]["list"]] == ["datasource", "tenant", "namespace"]


def test_the_queries_use_only_metrics_of_the_operator() -> None:
    known = {row.exposed_name for row in METRICS}
    for panel in PANELS:
        for target in panel["targets"]:
            named = re.findall(r"entrasync_[a-z_]+|process_[a-z_]+", target["expr"])
            shown = {re.sub(r"_(count|bucket|sum)$", "", name) for name in named if name.startswith("entrasync_")}
            assert named, panel["title"]
            assert shown <= known, panel["title"]


def test_no_two_panels_overlap_and_no_two_have_one_id() -> None:
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert place["x"] + place["w"] <= COLUMNS
        assert taken.isdisjoint(cells), panel["title"]
        taken |= cells
