"""What goes wrong around the operator: Graph, the login, the API server, and its own process."""

import random
from datetime import datetime, timedelta

from tests.support.operator_environment import OperatorEnvironment
from tests.support.polling import until
from tests.support.soak.operator_pod import OperatorPod

SHORT = (2, 5, 10)
"""Simulated minutes that a trouble lasts. After an hour without an answer to a start a person must look."""

SERVER_FAULTS = (500, 502, 503, 504)
REPLICATION_SECONDS = (0, 30, 120, 600)
SILENT_SECONDS = 2.0


class Troubles:
    """Makes trouble that ends by itself."""

    def __init__(self, environment: OperatorEnvironment, pod: OperatorPod, chance: random.Random) -> None:
        self._environment, self._pod, self._chance = environment, pod, chance
        self._simulator = environment.simulator

    def throttle(self) -> None:
        """Graph answers 429 to everything."""
        form, seconds = self._chance.choice(("seconds", "date", "none")), self._chance.choice((5, 30, 120))
        self._simulator.fault(
            "answer", status=429, retry_after=form, retry_after_seconds=seconds, times=None, until=self._draw_end()
        )

    def fail(self) -> None:
        """Graph answers 5xx to everything."""
        status = self._chance.choice(SERVER_FAULTS)
        self._simulator.fault("answer", status=status, times=None, until=self._draw_end())

    def hang_up(self) -> None:
        """Graph closes connections before an answer, whether or not it has acted."""
        point = self._chance.choice(("before", "after"))
        self._simulator.fault("close", point=point, times=self._chance.randrange(1, 20), until=self._draw_end())

    def cut_answers(self) -> None:
        """Answers of Graph break off in the middle."""
        times = self._chance.randrange(1, 20)
        self._simulator.fault("truncate", point="after", times=times, until=self._draw_end())

    def lose_creates(self) -> None:
        """The answers to the next creates are lost."""
        self._simulator.fault("close", operation="createJob", point="after", times=2, until=self._draw_end())

    def lose_writes(self) -> None:
        """The answers to the next starts, pauses, deletes and saves are lost."""
        for operation in ("startJob", "pauseJob", "deleteJob", "putSecrets", "updateJob", "restartJob"):
            self._simulator.fault("close", operation=operation, point="after", times=1, until=self._draw_end())

    def refuse_logins(self) -> None:
        """The login fails, and every token is refused."""
        self._simulator.fault("answer", operation="token", status=503, times=None, until=self._draw_end())
        self._simulator.revoke_tokens()

    def replicate_slowly(self) -> None:
        """From now on Graph shows new jobs and deletions so late."""
        seconds = self._chance.choice(REPLICATION_SECONDS)
        self._simulator.replicate(creation={"seconds": seconds}, deletion={"seconds": seconds})

    def cut_api_server(self) -> None:
        """All connections to the API server break."""
        self._pod.replica.proxy.cut()

    def silence_api_server(self) -> None:
        """The API server does not answer for a while."""
        proxy, over = self._pod.replica.proxy, self._environment.world_time.now() + self._world(SILENT_SECONDS)
        proxy.fall_silent()
        until(lambda: self._environment.world_time.now() >= over, what="the silence is over")
        proxy.recover()

    def restart(self) -> None:
        """The operator is rolled out anew."""
        self._pod.restart()

    def crash(self) -> None:
        """The operator is killed."""
        self._pod.crash()

    def end(self) -> None:
        """End all troubles."""
        self._simulator.clear_faults()
        self._simulator.replicate(creation={"seconds": 0}, deletion={"seconds": 0})
        self._pod.replica.proxy.recover()
        self._pod.ensure_running()

    def _draw_end(self) -> str:
        end: datetime = self._environment.world_time.now() + timedelta(minutes=self._chance.choice(SHORT))
        return end.isoformat()

    def _world(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds * self._environment.world_time.rate)
