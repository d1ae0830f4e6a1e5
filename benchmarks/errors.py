"""What a measurement ends with when there is nothing to measure."""


class NotMeasuredError(Exception):
    """What a figure measures did not happen, or could not be prepared."""
