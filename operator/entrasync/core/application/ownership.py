"""Which resource may write spec.application, which all jobs of a service principal share."""

from datetime import datetime

from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_claims import Claim, claim_of


def find_application_claim(facts: Facts) -> Claim | None:
    """Find the oldest other resource that carries spec.application for this service principal.

    Returns None if this resource is older, or only observes.
    """
    if facts.desired.is_observe_only:
        return None
    others = (claim for claim in facts.observed.claims if claim.has_application)
    oldest = min(others, key=_age, default=None)
    return oldest if oldest and _age(oldest) < _age(claim_of(facts.resource)) else None


def _age(claim: Claim) -> tuple[datetime, bool, ObjectKey]:
    return claim.created_at, not claim.has_saved, claim.key
