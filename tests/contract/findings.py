"""What a run of the contract finds: checks that hold or not, and answers to open questions."""

from dataclasses import dataclass, field

from graph_simulator.world.switches import Switches

ASSUMED = Switches()
"""What the simulator assumes where nothing else is set."""

QUESTIONS = (
    "pause → schedule.state value (Disabled vs Paused)",
    "start when already Active (204?)",
    "second POST with same template (201 vs 409)",
    "wrong templateId error",
    "job-404 error code",
    "merge vs replace on PUT secrets and on PATCH synchronizationJobSettings",
    "error body of failing validateCredentials",
    "fields after the 4-week disable",
    "whether `$filter/$select/$expand/$top` are honoured on jobs",
    "connectivityParameters body shape",
    "sync-service specific throttle numbers and whether its 429 carries Retry-After",
)
"""The open questions of graph-facts 9, in its words."""
PAUSED, RESTARTED, SECOND, TEMPLATE, MISSING, REPLACED, CREDENTIALS, DISABLED, OPTIONS, CONNECTIVITY, THROTTLED = (
    QUESTIONS
)


@dataclass(frozen=True)
class Answer:
    """What Graph answered to an open question, and what the simulator assumes. Empty: nothing is assumed."""

    question: str
    seen: str
    assumed: str = ""
    switch: str = ""
    """The simulator's switch."""

    @property
    def is_as_assumed(self) -> bool:
        """Whether the simulator does the same without a switch being set."""
        return not self.assumed or self.seen == self.assumed


@dataclass(frozen=True)
class Check:
    """A sentence that holds in the simulator, and what was seen instead if it does not hold in Graph."""

    sentence: str
    failure: str = ""


@dataclass
class Findings:
    """All that a run has found."""

    answers: list[Answer] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    not_asked: dict[str, str] = field(default_factory=dict)
    """The questions, or parts of them, that were not asked, with the reason."""

    def answer(self, question: str, seen: str, *, assumed: object = "", switch: str = "") -> None:
        """Note the answer to a question."""
        self.answers.append(Answer(question, seen, str(assumed), switch))

    def list_unanswered(self) -> dict[str, str]:
        """List the questions without an answer, with the reason."""
        answered = {answer.question for answer in self.answers}
        return {
            question: self.not_asked.get(question, "The run ended before.")
            for question in dict.fromkeys((*QUESTIONS, *self.not_asked))
            if question not in answered
        }

    @property
    def failures(self) -> list[Check]:
        """The checks that do not hold."""
        return [check for check in self.checks if check.failure]
