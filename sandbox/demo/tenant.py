"""The tenant that the examples speak of, in the simulated Graph."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from graph_simulator.control_client.client import JobView, SimulatorClient

TOLD = ("minimal", "paused", "retain")
"""The examples of the story. The others want tenants and Secrets of their own."""

LEAD = timedelta(minutes=11)
"""World time from the end of the furnishing to the next cycle of the job that was there before."""

ENTRY_ERRORS = {"kind": "entry_errors", "imported": 240, "exported": 12, "escrowed": 3}

PASSWORD_EXPIRED = {
    "kind": "fail",
    "error": {
        "code": "InvalidCredentials",  # of Graph's words for this connector none were captured
        "message": "The source system refused the sign-in: the password of the integration user has expired",
        "tenant_actionable": True,
    },
}


def write_examples(folder: Path) -> str:
    """Write the examples that the story is about as one text of YAML."""
    return "---\n".join((folder / f"{name}.yaml").read_text(encoding="utf-8") for name in TOLD)


def read_examples(folder: Path) -> list[Mapping[str, Any]]:
    """Read the examples that the story is about."""
    return list(yaml.safe_load_all(write_examples(folder)))


def furnish(world: SimulatorClient, examples: list[Mapping[str, Any]]) -> JobView:
    """Make each service principal with the template its example asks for; returns the job that was there before.

    A job that is adopted only has run for some hours. Its last cycle could not write some entries.
    """
    world.switch(quarantine_ladder="captured")
    for example in examples:
        spec = example["spec"]
        template = {"id": spec["template"]["id"], "factory_tag": spec["template"]["id"]}
        principal = spec["servicePrincipal"]["objectId"]
        world.create_service_principal(example["metadata"]["name"], id=principal, templates=[template])
    [adopted] = [entry["spec"] for entry in examples if entry["spec"].get("adoptionPolicy") == "AdoptOnly"]
    job = world.create_job(adopted["servicePrincipal"]["objectId"], started=True)
    return _let_live(world, job)


def read_next_cycle(job: JobView) -> datetime:
    """Tell when the next cycle of a job begins."""
    return datetime.fromisoformat(job.state["next_cycle"])


def _let_live(world: SimulatorClient, job: JobView) -> JobView:
    """Let a job run some cycles, the last with errors, until shortly before the next."""
    world.advance(timedelta(hours=3))
    world.script(job.id, ENTRY_ERRORS)
    while job.graph["status"]["lastExecution"]["state"] != "EntryLevelErrors":
        world.advance(timedelta(minutes=1))
        job = world.job(job.id)
    world.advance(read_next_cycle(job) - LEAD - world.now())
    return job
