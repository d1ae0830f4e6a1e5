"""The time limits behind the promises of docs/promises.md, and the delays that rules share."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Bounds:
    """Limits measured in world time."""

    replication: timedelta = timedelta(minutes=15)
    """How long a job may exist before Graph shows it everywhere. Terraform waits as long (graph-facts 4.2)."""

    young: timedelta = timedelta(minutes=5)
    """For how long after something was created a 401 without a message, 403, 404 and 409 count as replication."""

    min_misses: int = 3
    """A job counts as gone only after at least this many looks, by list and by get, did not show it."""

    min_missing_time: timedelta = timedelta(minutes=5)
    """The looks that did not show a job must span at least this time before it counts as gone."""

    blind_polls: int = 3
    """Ready becomes Unknown after this many poll intervals without a read of Graph."""

    max_quarantine: timedelta = timedelta(days=28)
    """Graph disables a job that is in quarantine for longer (graph-facts 4.6)."""


MAX_CREATES_A_DAY = 3
"""How many creates a resource may send within `CREATE_COUNT_PERIOD`, those without an answer included.

Somebody or something removes the jobs, and each new one begins with an initial cycle.
"""

CREATE_COUNT_PERIOD = timedelta(days=1)
"""For how long a create is counted."""

UNCONFIRMED_CREATE_DELAYS = tuple(timedelta(seconds=s) for s in (1, 2, 4, 8, 16, 20))
"""Delays between looks for a job whose create was not answered.

The last one repeats until the replication bound is over.
"""

MAX_CLOCK_ERROR = timedelta(days=1)
"""By how much the clock of a process may be wrong. A time in a status that is older is over, whoever wrote it."""

SHORT_DELAY = timedelta(seconds=5)
"""Delay before the next look at something that is expected to change at any moment."""

JOB_PASS_DEADLINE = timedelta(minutes=15)
"""How long one pass over a job may take, in real time. Then it is cancelled, and tried again as after a failure.

In one round a pass makes at most five calls to Graph (a list, a look by id, the secrets, a write and its check), each
of which ends by itself after 60 s, and about as many to the API server, each of which ends after 30 s. A call that
needs all its time fails, and that ends the pass, so only few of a pass can be slow: this is the time of two rounds of
nothing but such calls (2 * 5 * 90 s). It is also that of a list of 100 pages of 9 s each. A login takes 30 s at most, a
call waits 3 s at most for the end of a pause that Graph asks for, and a longer pause ends the pass.
"""

CONNECTION_PASS_DEADLINE = timedelta(minutes=5)
"""The same of one pass over a GraphConnection.

It reads a Secret, requests a token of a ServiceAccount, logs in, once more with the previous credential if that is
refused, and writes a status: at most six steps of 30 s each.
"""

PASS_END_GRACE = timedelta(minutes=1)
"""How long a cancelled pass may take to end and to report that, in real time: one call to the API server takes 30 s.

One that takes longer will not end by itself, and only a restart of the process frees its place.
"""

LASTING_FAULT = timedelta(hours=1)
"""A refusal or a silence that lasts so long does not pass by itself, whatever Graph's status and code say.

Graph was seen to answer CredentialValidationUnavailable for a token that the app refused (graph-facts 6.2).
"""

STALE_READ_DELAY = timedelta(seconds=15)
"""Delay before the next look while Graph still shows the state from before a write of the operator."""
