"""Names of Kubernetes for jobs, made from display names: the same jobs get the same names in whatever order."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

LONGEST_NAME = 50
"""So that the names of what belongs to a job, such as `<name>-credentials`, are labels of DNS too."""

_DIGITS = 7
_NAMELESS = "job"


@dataclass(frozen=True)
class NamedJob:
    """What a job is named by. `display_name` is that of its service principal."""

    job_id: str
    display_name: str
    template_id: str
    has_siblings: bool
    """Whether its service principal has further jobs."""


@dataclass(frozen=True)
class JobName:
    """The name of a job's resource, and why it is not simply the display name."""

    name: str
    is_shared: bool = False
    """Whether another job has the same display name, so that this one got a suffix."""
    is_reserved: bool = False
    """Whether the file of its name is for something else, so that it got a suffix."""
    is_nameless: bool = False
    """Whether the display name has nothing that names in Kubernetes may have."""


def write_name(text: str) -> str:
    """Write a text as a name: lower-case ASCII letters, digits and dashes; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).casefold().encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_NAME].strip("-")


def name_jobs(
    jobs: Iterable[NamedJob], known: Mapping[str, str], *, reserved: Collection[str] = ()
) -> dict[str, JobName]:
    """Name jobs by id. All jobs of one display name get a suffix that depends on their ids only.

    Args:
        jobs: the jobs, each id once.
        known: the names of jobs that have one already, by job id. They are kept, and given to nobody else.
        reserved: names that no job gets, because their files are for something else.
    """
    ordered = sorted(jobs, key=lambda job: job.job_id)
    named = {job.job_id: JobName(known[job.job_id]) for job in ordered if job.job_id in known}
    others = set(known.values())
    taken = others.union(reserved)
    bases = {job.job_id: _write_base(job) for job in ordered if job.job_id not in named}
    nameless = {job.job_id for job in ordered if not write_name(job.display_name)}
    counts = Counter(bases.values())
    suffixed = {job_id: base for job_id, base in bases.items() if counts[base] > 1 or base in taken}
    for job_id, base in bases.items():
        if job_id not in suffixed:
            named[job_id] = JobName(base, is_nameless=job_id in nameless)
            taken.add(base)
    for job_id, base in suffixed.items():
        name = _find_free(base, job_id, taken)
        is_shared = counts[base] > 1 or base in others
        named[job_id] = JobName(name, is_shared, is_reserved=not is_shared, is_nameless=job_id in nameless)
        taken.add(name)
    return named


def _write_base(job: NamedJob) -> str:
    name = write_name(job.display_name) or _NAMELESS
    return write_name(f"{name[: LONGEST_NAME - 20]}-{job.template_id}") if job.has_siblings else name


def _find_free(base: str, job_id: str, taken: set[str]) -> str:
    digest = hashlib.sha256(job_id.encode("utf-8", "surrogatepass")).hexdigest()
    for digits in range(_DIGITS, LONGEST_NAME - 1):
        name = f"{base[: LONGEST_NAME - digits - 1].strip('-')}-{digest[:digits]}".strip("-")
        if name not in taken:
            return name
    raise AssertionError("two jobs have the same digest")
