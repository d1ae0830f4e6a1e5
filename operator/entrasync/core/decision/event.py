"""An Event of Kubernetes, as decisions report it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    """One line under `kubectl describe`."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str
