"""Counts the requests to the token endpoint while 100 jobs are created and polled for an hour of simulated time.

Discovery is not counted. Tokens expire in real time, and the operator renews them five minutes early, or at half their
lifetime if that is short. So that they age as they would in a real hour, the simulator issues tokens that are renewed
after (3599 s - 300 s) of simulated time.
"""

import time

from benchmarks.environment import start_environment

RATE = 120.0
HOUR = 3600.0
LIFETIME, EARLY = 3599.0, 300.0


def measure() -> float:
    """Poll 100 jobs for a simulated hour."""
    with start_environment(rate=RATE) as environment:
        environment.simulator.set_token_lifetime(round(2 * (LIFETIME - EARLY) / RATE))
        began = time.monotonic()
        environment.apply(environment.make_manifests(100))
        time.sleep(began + HOUR / RATE - time.monotonic())
        return environment.simulator.calls().identity["token"]
