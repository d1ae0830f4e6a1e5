"""The templates of a service principal as Graph showed them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteTemplate:
    """One synchronizationTemplate: its id as Graph spells it, and its `factoryTag`, None if it has none."""

    id: str
    factory_tag: str | None = None


def describe_offer(names: Iterable[str]) -> str:
    """Say which templates a service principal offers and what to do, as whole sentences."""
    if listed := ", ".join(sorted(names)):
        return f"It offers: {listed}. Correct spec.template."
    return "It offers no template at all, because this kind of app has no provisioning. Correct spec.servicePrincipal."
