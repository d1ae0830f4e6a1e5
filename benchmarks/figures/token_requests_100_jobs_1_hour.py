"""Requests to the token endpoint while 100 jobs are created and looked after for an hour of the simulated world.

Discovery is not counted. Tokens live in real time, and the operator renews them five minutes early, short ones at half
their life. So that they age as they would in a real hour, the simulator issues such as are renewed after
(3599 s - 300 s) of the world's time.
"""

import time

from benchmarks.environment import open_workshop

RATE = 120.0
HOUR = 3600.0
LIFETIME, EARLY = 3599.0, 300.0


def measure() -> float:
    """Let 100 jobs live for an hour."""
    with open_workshop(rate=RATE) as workshop:
        workshop.world.set_token_lifetime(round(2 * (LIFETIME - EARLY) / RATE))
        began = time.monotonic()
        workshop.apply(workshop.make_manifests(100))
        time.sleep(began + HOUR / RATE - time.monotonic())
        return workshop.world.calls().identity["token"]
