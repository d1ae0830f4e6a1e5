"""What kubectl shows of the CRD."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from control_plane import ControlPlane
from entrasync.api.names import GROUP, PLURAL
from tests.cluster.jobs import Jobs
from tests.support.cluster import Cluster


def quarantined_status() -> dict[str, Any]:
    """A job in quarantine whose last run ended 42 minutes ago."""
    last_run = datetime.now(UTC) - timedelta(minutes=42, seconds=10)
    return {
        "conditions": [
            {
                "type": "Ready",
                "status": "False",
                "lastTransitionTime": "2026-11-21T03:00:00Z",
                "reason": "Quarantined",
                "message": "",
            }
        ],
        "job": {"id": "scim.0123", "templateId": "scim", "schedule": {"state": "Active"}},
        "synchronizationStatus": {
            "code": "Quarantine",
            "quarantine": {"reason": "TooManyDeletes"},
            "lastExecution": {
                "state": "Failed",
                "countExported": 7,
                "countEscrowed": 3,
                # Graph's seven digits, more than most programs can read.
                "timeEnded": f"{last_run:%Y-%m-%dT%H:%M:%S}.1234567Z",
            },
        },
    }


def shown_row(jobs: Jobs, *options: str) -> dict[str, str]:
    """Store a job in quarantine and read kubectl's row of it, by column."""
    name = jobs.change(jobs.create(), {"status": quarantined_status()})["metadata"]["name"]
    shown = jobs.cluster.plane.kubectl("get", "syncjob", name, f"--namespace={jobs.namespace}", *options)
    heads, cells = (re.split(r"\s{2,}", line.strip()) for line in shown.strip().splitlines())
    return dict(zip(heads, cells, strict=True))


def test_the_api_server_accepts_the_schema_as_structural(cluster: Cluster, crd_installed: None) -> None:
    crd = cluster.get("apiextensions.k8s.io/v1", "customresourcedefinitions", f"{PLURAL}.{GROUP}")

    conditions = {c["type"]: c["status"] for c in crd["status"]["conditions"]}

    assert conditions["Established"] == conditions["NamesAccepted"] == "True"
    assert "NonStructuralSchema" not in conditions


def test_columns_show_the_live_state(jobs: Jobs) -> None:
    row = shown_row(jobs)
    del row["NAME"], row["AGE"]
    assert row == {
        "TEMPLATE": "scim",
        "STATE": "Active",
        "STATUS": "Quarantine",
        "READY": "False",
        "LAST-RUN": "42m",
        "RESULT": "Failed",
    }


@pytest.mark.parametrize("template", [{"id": "scim"}, {"factoryTag": "CustomSCIM"}], ids=str)
def test_the_template_is_shown_before_there_is_a_job(jobs: Jobs, template: dict[str, str]) -> None:
    name = jobs.create({"spec": {"template": {"id": None} | template}})["metadata"]["name"]
    shown = jobs.cluster.plane.kubectl("get", "syncjob", name, f"--namespace={jobs.namespace}")
    assert shown.splitlines()[1].split()[1] == next(iter(template.values()))


def test_wide_columns_show_what_an_on_call_engineer_asks_next(jobs: Jobs) -> None:
    row = shown_row(jobs, "--output=wide")
    assert {name: row[name] for name in ("REASON", "EXPORTED", "ESCROWED", "QUARANTINE", "JOB-ID")} == {
        "REASON": "Quarantined",
        "EXPORTED": "7",
        "ESCROWED": "3",
        "QUARANTINE": "TooManyDeletes",
        "JOB-ID": "scim.0123",
    }


def test_the_category_lists_a_job_that_was_never_reconciled(jobs: Jobs) -> None:
    name = jobs.create()["metadata"]["name"]

    shown = jobs.cluster.plane.kubectl("get", "entrasync", f"--namespace={jobs.namespace}")
    assert re.search(rf"{name}\s", shown)


def test_kubectl_explain_says_what_an_unset_field_means(control_plane: ControlPlane, crd_installed: None) -> None:
    reported = " ".join(control_plane.kubectl("explain", "syncjob.spec.deletionPolicy").split())

    assert "else Delete for a job that the operator created, Retain for one it adopted." in reported
