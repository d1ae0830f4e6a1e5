"""What Graph showed us of the templates that a service principal offers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteTemplate:
    """One synchronizationTemplate: its id as Graph spells it, and its `factoryTag`, None when it has none."""

    id: str
    factory_tag: str | None = None
