"""Writes the files of an import, and leaves alone what the folder has already."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kubectl_entrasync.import_jobs.folder import KUSTOMIZATION, KnownJob, ManifestFolder, Outcome, write_kustomization
from kubectl_entrasync.import_jobs.takeover import TakenJob, Takeover, list_resources


@dataclass(frozen=True)
class WrittenJob:
    """A job, and what became of each of its files."""

    job: TakenJob
    file: str
    """The file that has its manifest."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """What became of the manifest."""
        return self.outcomes.get(self.file, Outcome.KEPT)

    @property
    def kept(self) -> tuple[str, ...]:
        """The files that are there with other content."""
        return tuple(name for name, outcome in self.outcomes.items() if outcome is Outcome.KEPT)


def write_jobs(folder: ManifestFolder, takeover: Takeover, known: Mapping[str, KnownJob]) -> list[WrittenJob]:
    """Write the files of all jobs. A job whose manifest stands in a file of another name keeps that."""
    written = []
    for job in takeover.jobs:
        file = known[job.job_id].file if job.job_id in known else job.file
        outcomes = folder.write(job.files) if file == job.file else {file: Outcome.KEPT}
        written.append(WrittenJob(job, file, outcomes))
    return written


def write_list(folder: ManifestFolder, written: list[WrittenJob]) -> Outcome:
    """Write the kustomization of all files."""
    moved = [each.file for each in written if each.file != each.job.file]
    resources = list_resources([each.job for each in written if each.file == each.job.file])
    return folder.write({KUSTOMIZATION: write_kustomization(sorted({*resources, *moved}))})[KUSTOMIZATION]
