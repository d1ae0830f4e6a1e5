"""What the statuses of a fleet tell about time: how old the last successes are, and what the last runs did."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kubectl_entrasync.report.model import EntryCount, Failing, JobCard, Run, Share, Sums, Trends
from kubectl_entrasync.report.runs import COUNTS

_AGES = (
    ("within the last hour", timedelta(hours=1)),
    ("within the last day", timedelta(days=1)),
    ("within the last 7 days", timedelta(days=7)),
    ("within the last 30 days", timedelta(days=30)),
)
_OLDER, _NEVER = "longer ago", "none yet"
_ADDED = ("countImported", "countExported", "countEscrowed")
"""What can be added up over jobs. Other counts mean something within one job only."""


def read_trends(cards: Sequence[JobCard], now: datetime) -> Trends:
    """Return what the cards tell."""
    runs = [card.last_run for card in cards if card.last_run is not None]
    failing = [card for card in cards if card.graph.failures_in_a_row]
    return Trends(
        last_success=_count_ages(cards, now),
        last_run=_count_ends(cards),
        sums=_add_up(runs),
        failing=sorted(
            (Failing(namespace=c.namespace, name=c.name, runs=c.graph.failures_in_a_row or 0) for c in failing),
            key=lambda each: (-each.runs, each.namespace, each.name),
        ),
        steady_state=_count_steady_states(cards),
        cycles_under_way=sum(bool(card.graph.progress) for card in cards),
        entries=_add_entries(cards),
    )


def _count_ages(cards: Sequence[JobCard], now: datetime) -> list[Share]:
    counted = Counter(_age_word(card.last_success, now) for card in cards)
    return [Share(word=word, jobs=counted[word]) for word in (*dict(_AGES), _OLDER, _NEVER)]


def _age_word(run: Run | None, now: datetime) -> str:
    if run is None or run.ended is None:
        return _NEVER
    age = now - run.ended
    return next((word for word, bound in _AGES if age <= bound), _OLDER)


def _count_ends(cards: Sequence[JobCard]) -> list[Share]:
    """Count how the last runs ended, the most frequent first, and then the jobs without a run."""
    counted = Counter(card.last_run.state or "not said" for card in cards if card.last_run is not None)
    shares = [
        Share(word=word, jobs=jobs) for word, jobs in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    ]
    without = sum(card.last_run is None for card in cards)
    return [*shares, Share(word="no run yet", jobs=without)] if without else shares


def _add_up(runs: Sequence[Run]) -> Sums:
    ends = [run.ended for run in runs if run.ended is not None]
    return Sums(
        runs=len(runs),
        first_ended=min(ends, default=None),
        last_ended=max(ends, default=None),
        counts={name: sum(run.counts.get(name, 0) for run in runs) for name in COUNTS if name in _ADDED},
    )


def _count_steady_states(cards: Iterable[JobCard]) -> list[Share]:
    reached = Counter(card.graph.steady_state_first is not None for card in cards if card.graph.job_id is not None)
    return [
        Share(word="caught up", jobs=reached[True]),
        Share(word="not yet", jobs=reached[False]),
    ]


def _add_entries(cards: Iterable[JobCard]) -> list[EntryCount]:
    added: Counter[str] = Counter()
    for card in cards:
        for each in card.graph.entries:
            added[each.kind] += each.entries
    return [EntryCount(kind=kind, entries=count) for kind, count in sorted(added.items())]
