"""The secret values that one pass has read, by which all texts of Graph are redacted before they go anywhere."""

from dataclasses import dataclass, field, replace

from entrasync.core.decision.verdicts import Halt
from entrasync.core.facts.application_seen import Credentials
from entrasync.core.primitives.redaction import Redactor
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.quotes import redact_job


@dataclass
class ValuesInHand:
    """What a pass knows of secrets. It goes with the pass, so that no value is kept."""

    credentials: Credentials | None = None
    _values: tuple[str, ...] = field(default=(), repr=False)
    _redactor: Redactor | None = None
    _known: dict[str, str] = field(default_factory=dict, repr=False)
    """What texts became. Rounds of a pass see the same ones."""

    def hold(self, credentials: Credentials | None) -> None:
        """Redact the values that Secrets gave from now on. What spec itself gives is no secret."""
        self.credentials = credentials
        values = tuple(credentials.values[key] for key in sorted(credentials.origins)) if credentials else ()
        if values != self._values:
            self._values, self._redactor = values, Redactor(values) if values else None
            self._known.clear()

    def redact(self, text: str) -> str:
        """Replace each of the values, and each fragment of one, by `*`."""
        if self._redactor is None:
            return text
        if text not in self._known:
            self._known[text] = self._redactor.redact(text)
        return self._known[text]

    def redact_job(self, job: RemoteJob) -> RemoteJob:
        """Redact what Graph says of a job."""
        return job if self._redactor is None else redact_job(job, self.redact)

    def redact_halt(self, halt: Halt | None) -> Halt | None:
        """Redact why a pass ends, which may quote Graph."""
        return None if halt is None else replace(halt, message=self.redact(halt.message))
