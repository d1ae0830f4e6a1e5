"""The modules that the interpreter has imported from which operators and simulators are forked."""

import gc

import tests.support.warm_start  # noqa: F401  # imports operator and simulator
from graph_simulator.identity.tokens import make_key

make_key()  # it takes a tenth of a second, and a simulator makes it only once
gc.freeze()  # otherwise the first collection in each child would copy all its memory
