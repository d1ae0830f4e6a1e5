"""Defines the errors of this package, whose messages are sentences that say what to do."""


class ControlPlaneError(Exception):
    """The programs were not available, or a control plane could not be started or used."""


class CommandFailedError(ControlPlaneError):
    """A program ended with an exit code other than zero; the message has the end of its output."""
