"""Which ConfigMap, in which version, something was read from."""

from dataclasses import dataclass

from entrasync.core.primitives.json_values import read_object, read_text


@dataclass(frozen=True)
class ConfigMapVersion:
    """A version of a ConfigMap. One that is not there has neither uid nor version."""

    name: str
    uid: str = ""
    resource_version: str = ""

    @property
    def exists(self) -> bool:
        """Whether the ConfigMap is there."""
        return bool(self.uid)

    def write(self) -> dict[str, str]:
        """Write it as `status.schema.source`."""
        return {"name": self.name, "uid": self.uid, "resourceVersion": self.resource_version}


def read_version(stored: object) -> ConfigMapVersion | None:
    """Read a version as it was written; None when absent or malformed."""
    members = read_object(stored)
    name, uid, version = (read_text(members.get(member)) for member in ("name", "uid", "resourceVersion"))
    return None if name is None else ConfigMapVersion(name, uid or "", version or "")
