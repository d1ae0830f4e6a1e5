"""Which resource may write spec.application, which all jobs of a service principal share."""

from entrasync.core.facts.facts import Facts
from entrasync.core.resource.job_claims import Claim, age_of, claim_of


def find_application_claim(facts: Facts) -> Claim | None:
    """Find the oldest other resource that carries spec.application for this service principal.

    Returns None if this resource is older, or only observes.
    """
    if facts.desired.is_observe_only:
        return None
    others = (claim for claim in facts.observed.claims if claim.has_application)
    oldest = min(others, key=age_of, default=None)
    return oldest if oldest and age_of(oldest) < age_of(claim_of(facts.resource)) else None
