"""Names for jobs: valid for Kubernetes, one for each job, the same in whatever order."""

import re

from hypothesis import given
from hypothesis import strategies as st

from entrasync.api.ids import OBJECT_NAME_PATTERN
from kubectl_entrasync.import_jobs.names import LONGEST_NAME, NamedJob, name_jobs, write_name

DISPLAY_NAMES = st.one_of(
    st.text(max_size=80), st.sampled_from(["Salesforce", "salesforce", "Sales force", "", "日本"])
)
JOBS = st.lists(
    st.builds(
        NamedJob,
        job_id=st.uuids().map(lambda each: f"scim.tenant.{each}"),
        display_name=DISPLAY_NAMES,
        template_id=st.sampled_from(["scim", "Azure2Azure"]),
        has_siblings=st.booleans(),
    ),
    max_size=20,
    unique_by=lambda job: job.job_id,
)


def job(job_id: str, display_name: str, *, has_siblings: bool = False) -> NamedJob:
    return NamedJob(job_id, display_name, "scim", has_siblings=has_siblings)


class TestNameJobs:
    @given(jobs=JOBS)
    def test_gives_each_job_a_valid_name_of_its_own(self, jobs: list[NamedJob]) -> None:
        names = [each.name for each in name_jobs(jobs, {}).values()]
        assert len(set(names)) == len(jobs)
        assert all(re.fullmatch(OBJECT_NAME_PATTERN, name) and len(name) <= LONGEST_NAME for name in names)

    @given(jobs=JOBS, order=st.randoms())
    def test_gives_the_same_names_in_whatever_order(self, jobs: list[NamedJob], order: object) -> None:
        shuffled = list(jobs)
        order.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
        assert name_jobs(jobs, {}) == name_jobs(shuffled, {})

    @given(jobs=JOBS, more=JOBS)
    def test_keeps_the_names_that_jobs_have_when_others_come(self, jobs: list[NamedJob], more: list[NamedJob]) -> None:
        known = {job_id: each.name for job_id, each in name_jobs(jobs, {}).items()}
        later = name_jobs({each.job_id: each for each in [*more, *jobs]}.values(), known)
        assert {job_id: later[job_id].name for job_id in known} == known
        assert len({each.name for each in later.values()}) == len(later)

    def test_says_which_names_are_shared_and_gives_all_of_them_a_suffix(self) -> None:
        named = name_jobs([job("a", "CRM"), job("b", "crm"), job("c", "HR")], {})
        assert [named[each].is_shared for each in "abc"] == [True, True, False]
        assert named["a"].name.startswith("crm-")
        assert named["c"].name == "hr"

    def test_gives_a_suffix_and_says_so_where_the_file_would_be_that_of_something_else(self) -> None:
        named = name_jobs([job("a", "Kustomization"), job("b", "HR")], {}, reserved={"kustomization"})
        assert named["a"].name.startswith("kustomization-")
        assert [(each.is_reserved, each.is_shared) for each in named.values()] == [(False, False), (True, False)]

    def test_adds_the_template_where_a_service_principal_has_several_jobs(self) -> None:
        assert name_jobs([job("a", "CRM", has_siblings=True)], {})["a"].name == "crm-scim"


def test_letters_with_marks_become_plain_ones() -> None:
    assert write_name("Größe & Söhne (Test)") == "grosse-sohne-test"
