"""The permit of a pass to write to Graph. The client of Graph asks it directly before it sends a write."""

from typing import Protocol


class WritePermit(Protocol):
    """Answers whether a write may be sent now. It is asked without any await between its answer and the sending."""

    @property
    def is_urgent(self) -> bool:
        """Whether a user waits for the writes. They come first while Graph's quota of writes is used up."""
        ...

    def check(self, *, saves_secrets: bool) -> None:
        """Return if the write may be sent. Raises what holds it back; nothing was sent then.

        `saves_secrets` says that the write stores or removes credentials of the target app.
        """
        ...


class UnpermittedWrite(Exception):
    """A write was asked of a client that no pass has given its permit to, which is a fault of the operator."""


class NoPermit:
    """The permit of a client that no pass uses: it only reads."""

    is_urgent = False

    def check(self, *, saves_secrets: bool) -> None:
        """Refuse every write. Raises `UnpermittedWrite`."""
        raise UnpermittedWrite("a write was asked of a client of Graph that has no permit of a pass")
