"""Asks the operator by annotations, and waits for its answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from entrasync.core.primitives.times import write_go_duration
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.cluster.pages import Object
from kubectl_entrasync.failure import telling_what_stands
from kubectl_entrasync.mend.answer import Answer, Result, refused
from kubectl_entrasync.mend.job import Job, read_job
from kubectl_entrasync.mend.verb import Verb, find_obstacle
from kubectl_entrasync.output.progress import Progress

_STANDS = "The operator has been asked about {} already, and that stands: do not ask it again."

_GONE = "The resource was deleted before the operator had answered."


def ask(objects: Objects, documents: Sequence[Object], verb: Verb, *, token: str) -> dict[str, Answer]:
    """Ask about each job for which that is not in vain. Returns how each request stands, by the name of the job."""
    answers: dict[str, Answer] = {}
    for document in documents:
        job = read_job(document)
        if (obstacle := find_obstacle(verb, job)) is not None:
            answers[job.name] = refused(obstacle)
            continue
        with telling_what_stands(lambda: _list_asked(answers), _STANDS):
            objects.annotate(document, verb.annotate(job, token))
        answers[job.name] = verb.say_asked(job, token)
    return answers


def wait(
    objects: Objects, uids: Mapping[str, str], verb: Verb, *, token: str, timeout: timedelta, progress: Progress
) -> dict[str, Answer]:
    """Wait until the operator has answered about each job, given by name with its uid, or the time is over."""
    answers: dict[str, Answer] = {}
    last: dict[str, Job] = {}
    if not uids:
        return answers
    for documents in _follow(objects, uids, timeout):
        wanted = (each for each in documents if each["metadata"]["uid"] in uids.values())
        shown = {job.uid: job for job in map(read_job, wanted)}
        for name in uids.keys() - answers.keys():
            if (job := shown.get(uids[name])) is None:
                answers[name] = refused(_GONE)
                continue
            last[name] = job
            if (answer := verb.judge(job, token)) is not None:
                answers[name] = answer
        progress.show(len(answers), _say_of_open(last, answers))
        if len(answers) == len(uids):
            return answers
    late = {name: _tell_late(last.get(name), token, timeout) for name in uids.keys() - answers.keys()}
    return answers | late


def _follow(objects: Objects, uids: Mapping[str, str], timeout: timedelta) -> Iterator[list[Object]]:
    only = next(iter(uids)) if len(uids) == 1 else None
    with telling_what_stands(lambda: uids, _STANDS):
        yield from objects.follow(timeout.total_seconds(), name=only)


def _list_asked(answers: Mapping[str, Answer]) -> list[str]:
    return [name for name, answer in answers.items() if answer.result is Result.ASKED]


def _say_of_open(jobs: Mapping[str, Job], answers: Mapping[str, Answer]) -> str:
    """Return what the operator says of the first job that it has not answered about."""
    return next((job.say() for name, job in jobs.items() if name not in answers), "")


def _tell_late(job: Job | None, token: str, timeout: timedelta) -> Answer:
    limit = write_go_duration(timeout)
    if job is None or not job.has_handled(token):
        said = f" Last it said: {job.say()}" if job else ""
        words = (
            f"The operator has not answered within {limit}. It does so when it runs again or Graph answers it: "
            f"`kubectl entrasync doctor` looks for the cause.{said}"
        )
    else:
        words = f"The operator has not done it within {limit}, and goes on. It says: {job.say()}"
    return Answer(Result.LATE, words)
