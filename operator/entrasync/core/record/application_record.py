"""`status.application`: which keys were saved, from which versions of which Secrets. It never holds a value."""

from dataclasses import dataclass
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_texts


@dataclass(frozen=True, order=True)
class Source:
    """One version of a Secret of the API server that values were read from."""

    name: str
    uid: str
    resource_version: str

    def write(self) -> dict[str, str]:
        """Write it as an item of `status.application.sources`."""
        return {"name": self.name, "uid": self.uid, "resourceVersion": self.resource_version}


@dataclass(frozen=True)
class RefusalRecord:
    """Graph's refusal of credentials, which outlives a restart. Credentials are identified by where they came from."""

    generation: int
    sources: tuple[Source, ...]
    code: str
    message: str
    retry_at: str
    is_verdict: bool
    since: str | None = None

    def write(self) -> dict[str, Any]:
        """Write it as `status.application.refused`."""
        known = {"since": self.since} if self.since else {}
        return {
            "generation": self.generation,
            "sources": [source.write() for source in self.sources],
            "code": self.code,
            "message": self.message,
            "retryAt": self.retry_at,
            "isVerdict": self.is_verdict,
            **known,
        }


@dataclass(frozen=True)
class UntakenRecord:
    """Keys that Graph accepted and never showed, for one wish: a generation and the versions of its Secrets."""

    generation: int
    sources: tuple[Source, ...]
    keys: frozenset[str]

    def write(self) -> dict[str, Any]:
        """Write it as `status.application.notTaken`."""
        sources = [source.write() for source in self.sources]
        return {"generation": self.generation, "sources": sources, "keys": sorted(self.keys)}


@dataclass(frozen=True)
class ApplicationRecord:
    """`status.application` as the rules read it. Times are kept as they are stored.

    `generation` is the one for which Graph last matched spec.application. Together with `sources` it shows whether
    anything has changed since.
    """

    keys: frozenset[str] = frozenset()
    sources: tuple[Source, ...] = ()
    generation: int | None = None
    validated: bool | None = None
    lost_keys: frozenset[str] = frozenset()
    unconfirmed_keys: frozenset[str] = frozenset()
    """Keys of others that Graph showed before a write of ours and not since. A crash must not hide a loss."""
    scope_in_force: str | None = None
    time: str | None = None
    validated_time: str | None = None
    """When credentials were last saved that Graph had accepted; None if the last ones were not tried."""
    refused: RefusalRecord | None = None
    untaken: UntakenRecord | None = None
    is_deprecation_reported: bool = False
    """Whether the Event about the removal of calls from Graph's beta was posted."""

    def covers(self, generation: int, sources: tuple[Source, ...]) -> bool:
        """Whether Graph matched this generation of the spec with these versions of its Secrets."""
        return self.generation == generation and self.sources == sources

    def write(self) -> dict[str, Any] | None:
        """Write it as `status.application`; None when there is nothing to record."""
        members: dict[str, Any] = {
            "keys": sorted(self.keys) or None,
            "sources": [source.write() for source in self.sources] or None,
            "generation": self.generation,
            "validated": self.validated,
            "lostKeys": sorted(self.lost_keys) or None,
            "unconfirmedKeys": sorted(self.unconfirmed_keys) or None,
            "scopeInForce": self.scope_in_force,
            "time": self.time,
            "validatedTime": self.validated_time,
            "refused": self.refused.write() if self.refused else None,
            "notTaken": self.untaken.write() if self.untaken else None,
            "toldDeprecated": self.is_deprecation_reported or None,
        }
        return {name: value for name, value in members.items() if value is not None} or None


def read_application_record(stored: object) -> ApplicationRecord:
    """Read `status.application`, never trusted to be well-formed."""
    if not isinstance(stored, dict):
        return ApplicationRecord()
    generation, validated = stored.get("generation"), stored.get("validated")
    return ApplicationRecord(
        keys=frozenset(read_texts(stored.get("keys"))),
        sources=_sources(stored.get("sources")),
        generation=generation if isinstance(generation, int) else None,
        validated=validated if isinstance(validated, bool) else None,
        lost_keys=frozenset(read_texts(stored.get("lostKeys"))),
        unconfirmed_keys=frozenset(read_texts(stored.get("unconfirmedKeys"))),
        scope_in_force=_text(stored.get("scopeInForce")),
        time=_text(stored.get("time")),
        validated_time=_text(stored.get("validatedTime")),
        refused=_refusal(stored.get("refused")),
        untaken=_untaken(stored.get("notTaken")),
        is_deprecation_reported=stored.get("toldDeprecated") is True,
    )


def _sources(stored: object) -> tuple[Source, ...]:
    return tuple(
        Source(str(entry.get("name", "")), str(entry.get("uid", "")), str(entry.get("resourceVersion", "")))
        for entry in read_entries(stored)
    )


def _refusal(stored: object) -> RefusalRecord | None:
    if not isinstance(stored, dict) or not isinstance(generation := stored.get("generation"), int):
        return None
    return RefusalRecord(
        generation,
        _sources(stored.get("sources")),
        code=_text(stored.get("code")) or "",
        message=_text(stored.get("message")) or "",
        retry_at=_text(stored.get("retryAt")) or "",
        is_verdict=stored.get("isVerdict") is True,
        since=_text(stored.get("since")),
    )


def _untaken(stored: object) -> UntakenRecord | None:
    if not isinstance(stored, dict) or not isinstance(generation := stored.get("generation"), int):
        return None
    return UntakenRecord(generation, _sources(stored.get("sources")), frozenset(read_texts(stored.get("keys"))))


def _text(stored: object) -> str | None:
    return stored if isinstance(stored, str) and stored else None
