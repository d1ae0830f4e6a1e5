"""The settings of Hypothesis for all unit tests."""

from hypothesis import settings

# Examples have no time limit: a busy machine is no fault of the code.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
