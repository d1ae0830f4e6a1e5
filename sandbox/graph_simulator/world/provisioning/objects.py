"""Defines the objects of the simulated source: users and groups with their attributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_simulator.world.expressions.values import Value

DISPLAYED = ("userPrincipalName", "displayName", "mail", "cn")
"""The attributes by which an object is called in reports, the first that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceObject:
    """A user, a group or another object that may be provisioned."""

    id: str
    type: str = "User"
    """As the schema's `sourceObjectName` writes it."""
    attributes: dict[str, Value] = field(default_factory=dict)
    is_assigned: bool = True
    """Whether it is assigned to the application."""

    @property
    def name(self) -> str:
        """What the object is called in reports."""
        return next((str(self.attributes[name]) for name in DISPLAYED if self.attributes.get(name)), self.id)

    @property
    def values(self) -> Mapping[str, Value]:
        """Its attributes with its id."""
        return {"objectId": self.id, "IsSoftDeleted": False, **self.attributes}
