"""`spec.restart`: what a restart resets, and its token. `spec.recovery`: starts of a job in quarantine."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from entrasync.api.constraints import Range, Size, Text
from entrasync.api.model import ApiModel, cel_rules, rule
from entrasync.api.policies import QuarantineRecovery, RestartScope

DEFAULT_SCOPES = (RestartScope.WATERMARK, RestartScope.ESCROWS, RestartScope.QUARANTINE_STATE)
"""What the portal's restart resets (graph-facts 4.4)."""

DANGEROUS_SCOPES = (RestartScope.FORCE_DELETES, RestartScope.FULL, RestartScope.CONNECTOR_DATA_STORE)
"""Scopes that delete accounts or break the links between source and target (graph-facts 4.4)."""

TOKEN_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._:+-]*$"  # noqa: S105 (no secret)
MAX_TOKEN_LENGTH = 64
"""In characters. Tokens are remembered in the status."""

_DANGEROUS = ", ".join(f"'{scope}'" for scope in DANGEROUS_SCOPES)
_ACKNOWLEDGE = (
    "ForceDeletes deletes accounts, Full and ConnectorDataStore break the links between source and target. "
    "To use one of them, set acknowledgeDangerous to true."
)


class RestartSpec(ApiModel):
    """One restart of the job. It is asked for by a token that was not used before."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                f"!has(self.scope) || !self.scope.exists(scope, scope in [{_DANGEROUS}]) || "
                "(has(self.acknowledgeDangerous) && self.acknowledgeDangerous)",
                _ACKNOWLEDGE,
            )
        )
    )

    token: Annotated[
        str,
        Text(
            patterns=(TOKEN_PATTERN,),
            at_least=1,
            at_most=MAX_TOKEN_LENGTH,
            words="A token is written like 2026-11-21 or 2026-11-21T03:00:00Z. It has from 1 to 64 letters, digits and"
            " signs (._:+-), the first a letter or a digit.",
        ),
    ]
    """Any text, such as the date. Each new one restarts the job once. One that is there already when the job is created
    or adopted, or when the resource is restored from a backup, is recorded and restarts nothing, nor does one of the
    last 16 that comes back."""

    scope: (
        Annotated[
            list[RestartScope],
            Size(at_least=1, at_most=6, words="There are from 1 to 6 scopes. For the default ones, leave scope out."),
            Field(json_schema_extra={"x-kubernetes-list-type": "set"}),
        ]
        | None
    ) = None
    """What the restart resets, in Graph's words. Unset: Watermark, Escrows and QuarantineState, as the portal does."""

    acknowledge_dangerous: bool | None = None
    """True allows the scopes ForceDeletes, Full and ConnectorDataStore. A restart with one of them is sent at most
    once. Unset: they are refused."""

    @property
    def scopes(self) -> tuple[RestartScope, ...]:
        """What the restart resets."""
        return tuple(self.scope) if self.scope else DEFAULT_SCOPES

    @model_validator(mode="after")
    def _is_acknowledged(self) -> Self:
        if are_dangerous(self.scopes) and not self.acknowledge_dangerous:
            raise ValueError(_ACKNOWLEDGE)
        return self


def are_dangerous(scopes: tuple[str, ...]) -> bool:
    """Whether a restart with these scopes may be sent only once."""
    return not set(DANGEROUS_SCOPES).isdisjoint(scopes)


DEFAULT_MAX_PER_DAY = 1


class RecoverySpec(ApiModel):
    """What the operator does about a quarantine by itself."""

    on_quarantine: QuarantineRecovery
    """Start: the operator starts a job in quarantine, which lifts the quarantine until the next cycle that fails, with
    growing pauses. It never does so for deletions that Graph holds back, for too many objects that fail, for a
    quarantine that Microsoft imposed, or for refused credentials. None: Graph alone tries again, with growing pauses up
    to a day."""

    max_per_day: (
        Annotated[
            int,
            Range(
                at_least=1,
                at_most=12,
                words="A job is started from 1 to 12 times a day. To leave it to Graph, set onQuarantine to None.",
            ),
        ]
        | None
    ) = None
    """How many times within 24 hours the job is started at most. Unset: once."""
