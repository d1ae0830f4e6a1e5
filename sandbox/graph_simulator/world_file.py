"""Fills a simulator from a JSON file at its start."""

import json
from pathlib import Path
from typing import Any

from graph_simulator.control_api.service_principals import add_service_principal
from graph_simulator.control_api.wire import change_dataclass, read_dataclass
from graph_simulator.identity.applications import Application
from graph_simulator.state import SimulatorState


def load_world(simulator: SimulatorState, path: Path) -> None:
    """Fill a simulator from a JSON file: `service_principals`, `applications`, `switches`, each optional.

    Raises:
        ValueError: Something in it is unknown or of the wrong type.
    """
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if unknown := sorted(set(document) - {"service_principals", "applications", "switches"}):
        raise ValueError(f"{path}: unknown {', '.join(unknown)}")
    simulator.world.switches = change_dataclass(simulator.world.switches, document.get("switches", {}))
    for item in document.get("applications", []):
        simulator.identity.registry.add(read_dataclass(Application, item))
    for item in document.get("service_principals", []):
        add_service_principal(simulator.world, item)
