"""Of many claims to the same thing few are looked at, and they decide as all would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from entrasync.core.decision.verdicts import Stall, Verdict, Wait
from entrasync.core.plan import plan
from entrasync.core.resource.job_claims import Claim, representatives
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import ago, claim, desired, facts, holder, remote_job, resource, seconds

CLAIMS = st.lists(
    st.builds(
        claim,
        name=st.uuids().map(str),
        created_at=st.integers(0, 5).map(lambda days: ago(seconds(86_400 * days))),
        template_id=st.sampled_from(["scim", "other"]),
        held_job_id=st.sampled_from([None, "a", "b"]),
        wanted_job_id=st.sampled_from([None, "a", "c"]),
        creating_since=st.sampled_from([None, None, ago(seconds(60))]),
        is_recorded=st.booleans(),
        has_application=st.booleans(),
        has_saved=st.booleans(),
    ),
    max_size=30,
)
SUBJECTS = st.sampled_from(
    [resource(), resource(desired(job_id="a")), resource(desired(job_id="c")), holder(), holder(finalizers=())]
)


def outline(verdict: Verdict | None) -> object:
    """Return what a verdict asks for, without the resource that its message names."""
    return (type(verdict), verdict.reason) if isinstance(verdict, Stall | Wait) else verdict


@settings(max_examples=300, deadline=None)
@given(CLAIMS, SUBJECTS, st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
def test_representatives_decide_as_all_claims_would(claims: list[Claim], subject: Resource, shown: list[str]) -> None:
    jobs = [remote_job(job_id) for job_id in shown]
    by_few = plan(facts(subject, *jobs, claims=representatives(claims)))
    assert outline(by_few) == outline(plan(facts(subject, *jobs, claims=tuple(claims))))


@given(CLAIMS)
def test_a_resource_whose_own_claim_is_a_representative_sees_another(claims: list[Claim]) -> None:
    for own in claims:
        others = [other for other in claims if other.key != own.key]
        seen = {other.job_id for other in representatives(claims) if other.key != own.key}
        assert seen == {other.job_id for other in others}


def test_of_a_thousand_claims_to_one_job_the_first_and_the_oldest_are_told() -> None:
    young = [claim(f"young-{n:03}", held_job_id="a", created_at=ago(seconds(n))) for n in range(1000)]
    old = claim("old", held_job_id="a", is_recorded=False, created_at=ago(seconds(5000)))
    names = {chosen.key.name for chosen in representatives([*young, old])}
    assert names == {"young-999", "young-998", "old"}
