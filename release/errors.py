"""Says why something cannot be released."""


class NotReleasableError(Exception):
    """A release would be faulty. The message says what is wrong, where, and what to do."""
