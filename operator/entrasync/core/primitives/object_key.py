"""How an object of the API server is named, and what every object that is kept in a store has."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, order=True)
class ObjectKey:
    """Namespace and name of an object."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class StoredObject(Protocol):
    """An object of the API server, of any kind."""

    @property
    def key(self) -> ObjectKey:
        """Namespace and name."""
        ...

    @property
    def uid(self) -> str:
        """The identity of the object. An object that is created again under the same name has another uid."""
        ...

    @property
    def resource_version(self) -> str:
        """A number that grows with each change of the object."""
        ...


def is_same_id(one: str | None, other: str | None) -> bool:
    """Whether two ids are the same. Graph writes GUIDs in lower case, people do not always."""
    return (one or "").lower() == (other or "").lower()
