"""How properties are tried here."""

from hypothesis import settings

# A machine that is busy is no fault of the code: examples have no time limit of their own.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
