"""What the interpreter has at hand from which operators and simulators are forked. Nobody else imports this."""

import gc

import tests.support.warm_start  # noqa: F401  # imports operator and simulator
from graph_simulator.identity.tokens import make_key

make_key()  # a tenth of a second for each simulator, which makes it but once
gc.freeze()  # else the first collection of each child would copy all its memory
