"""What goes wrong here, always as a sentence that says what to do."""


class ControlPlaneError(Exception):
    """The programs could not be had, or a control plane could not be started or used."""


class CommandFailedError(ControlPlaneError):
    """A program ended with an exit code other than zero; the message ends in what it said last."""
