"""The templates of a service principal as Graph showed them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteTemplate:
    """One synchronizationTemplate: its id as Graph spells it, and its `factoryTag`, None if it has none."""

    id: str
    factory_tag: str | None = None
