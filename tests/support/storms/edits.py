"""Edits that people make during a storm, and how long each waits until Graph has taken it."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.support.storms.crowd import Crowd


class Edits:
    """Pauses one job after the other, of those that are Ready."""

    def __init__(self, crowd: Crowd, *, among: Sequence[int]) -> None:
        self._crowd = crowd
        self._among = among
        self._chance = random.Random(3)
        self.made: dict[int, datetime] = {}

    async def make(self, *, every: timedelta, until: datetime) -> None:
        """Edit until a time."""
        while self._crowd.now() < until:
            left = [number for number in self._among if number not in self.made and self._crowd.is_ready(number)]
            if left:
                number = self._chance.choice(left)
                self._crowd.pause(number)
                self.made[number] = self._crowd.now()
            await asyncio.sleep(every.total_seconds())

    def waits(self) -> list[timedelta]:
        """Return how long each edit waited, sorted. Raises `StopIteration` if Graph has not taken one."""
        return sorted(self._taken_at(number) - made for number, made in self.made.items())

    def _taken_at(self, number: int) -> datetime:
        return next(each.world_time for each in self._crowd.effects(number) if each.target.operation == "pauseJob")
