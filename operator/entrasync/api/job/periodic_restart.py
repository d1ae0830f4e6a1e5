"""`spec.periodicRestart`: a timetable by which the job is restarted."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from entrasync.api.constraints import Size, Text
from entrasync.api.job.restart import DANGEROUS_SCOPES, DEFAULT_SCOPES, are_dangerous
from entrasync.api.model import ApiModel, cel_rules, rule
from entrasync.api.policies import RestartScope

CRON_PATTERN = "^[0-5]?[0-9]( [0-9A-Za-z*,/#-]+){4}$"
"""Five fields. The minute is one number: a restart drops the cycle that runs, and cycles take up to an hour."""

TIME_ZONE_PATTERN = "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"

_DANGEROUS = ", ".join(f"'{scope}'" for scope in DANGEROUS_SCOPES)
_NEVER_DANGEROUS = (
    "A restart by a timetable never has the scopes ForceDeletes, Full and ConnectorDataStore. "
    "For one of them, use spec.restart."
)


class PeriodicRestartSpec(ApiModel):
    """Restarts of the job by a timetable."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(f"!has(self.scope) || !self.scope.exists(scope, scope in [{_DANGEROUS}])", _NEVER_DANGEROUS)
        )
    )

    cron: Annotated[
        str,
        Text(
            patterns=(CRON_PATTERN,),
            at_most=100,
            words="A cron expression has five fields: minute, hour, day of the month, month and day of the week, such"
            " as 0 3 * * 0 for each Sunday at three. The minute is a number, so that the job is restarted once an hour"
            " at most.",
        ),
    ]
    """When the job is restarted, as cron writes it: minute, hour, day of the month, month, day of the week. A run that
    was missed, because the operator was away or the job was paused or in quarantine, happens once, late."""

    time_zone: (
        Annotated[
            str,
            Text(
                patterns=(TIME_ZONE_PATTERN,),
                at_most=64,
                words="A time zone has its IANA name, such as Europe/Berlin.",
            ),
        ]
        | None
    ) = None
    """IANA name of the time zone that cron is meant in, such as Europe/Berlin. A time that daylight saving skips comes
    right after the change, one that it repeats comes once. Unset: UTC."""

    scope: (
        Annotated[
            list[RestartScope],
            Size(at_least=1, at_most=3, words="There are from 1 to 3 scopes. For the default ones, leave scope out."),
            Field(json_schema_extra={"x-kubernetes-list-type": "set"}),
        ]
        | None
    ) = None
    """What each restart resets, in Graph's words. Unset: Watermark, Escrows and QuarantineState."""

    @property
    def scopes(self) -> tuple[RestartScope, ...]:
        """What each restart resets."""
        return tuple(self.scope) if self.scope else DEFAULT_SCOPES

    @property
    def timetable(self) -> str:
        """The timetable in words."""
        return f"{self.cron} {self.time_zone or 'UTC'}"

    @model_validator(mode="after")
    def _is_harmless(self) -> Self:
        if are_dangerous(self.scopes):
            raise ValueError(_NEVER_DANGEROUS)
        return self
