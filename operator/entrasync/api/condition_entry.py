"""What the status of every kind has in common: the form of its conditions and its first observed generation."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from entrasync.api.model import ApiModel

NEVER_OBSERVED = -1
"""The observed generation of a resource that no operator has observed yet. Tools then wait and do not call the
resource current."""


class ConditionEntry(ApiModel):
    """One thing that can be said of this resource, in the form that Kubernetes tools know (metav1.Condition)."""

    type: Annotated[str, Field(max_length=316)]
    """What is said, such as Ready, Stalled or Quarantined."""

    status: Literal["True", "False", "Unknown"]
    """Whether it is so."""

    observed_generation: int | None = Field(default=None, ge=0)
    """The metadata.generation that this was said of."""

    last_transition_time: AwareDatetime
    """When status last changed."""

    # No pattern, unlike metav1.Condition: the reason of Quarantined is Graph's word, and one of another form must not
    # make the API server refuse the whole status. It may be as long as the longest string of the mirror.
    reason: Annotated[str, Field(max_length=4096)]
    """Why it is so, in one word for programs."""

    message: Annotated[str, Field(max_length=32768)]
    """Why it is so and what to do, for people."""
