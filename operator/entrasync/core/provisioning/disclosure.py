"""How much of what Graph says of an object may be shown: single words, or its sentences and values too."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from entrasync.core.decision.errors import EntraSyncError, GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused
from entrasync.core.primitives.quotes import shorten
from entrasync.core.remote.provisioning import ReportedChange

_WORD = re.compile(r"[A-Za-z0-9_.:+-]{1,128}")
"""What may be shown without looking at who it is about. A sentence of Graph may quote attributes."""

_SECRET_NAME = re.compile("password|secret|token", re.IGNORECASE)

MASK = "*"
NOT_SHOWN = "not shown"

Redact = Callable[[str], str]


@dataclass(frozen=True)
class Disclosure:
    """What a request asks to be shown. `redact` masks secrets of the target app, which Graph may quote."""

    shows_attributes: bool
    redact: Redact = str

    def show(self, text: str | None) -> str | None:
        """Return a sentence or a value of Graph, if it may be shown."""
        return shorten(self.redact(text)) if text is not None and self.shows_attributes else None

    def show_message(self, message: str, error: EntraSyncError) -> str:
        """Return a message of ours that quotes Graph's refusal, without that quote if it may not be shown."""
        if self.shows_attributes:
            return self.redact(message)
        answer = answer_of(error)
        hidden = [answer.message, *([] if show_word(answer.code) else [answer.code])] if answer else []
        for text in filter(None, hidden):
            message = message.replace(text, NOT_SHOWN)
        return message

    def show_change(self, change: ReportedChange) -> dict[str, str]:
        """Return a changed attribute. A value is masked where the name of the attribute speaks of a secret."""
        is_secret = _SECRET_NAME.search(change.name) is not None
        values = {"oldValue": change.old, "newValue": change.new}
        shown = {name: MASK if is_secret and value else self.show(value) for name, value in values.items()}
        named = {"displayName": shorten(change.name)}
        return named | {name: value for name, value in shown.items() if value is not None}


def show_word(text: str | None) -> str | None:
    """Return a text if it is a single word, and None otherwise."""
    return text if text is not None and _WORD.fullmatch(text) else None


def answer_of(error: EntraSyncError) -> GraphAnswer | None:
    """Return Graph's refusal that an error stands for; None if Graph has not refused."""
    return error.answer if isinstance(error, Refused | PossiblyReplicating | OutcomeUnknown) else None
