from dataclasses import dataclass
from typing import Literal

from graph_simulator.world.enums import ScheduleState, StatusCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What nobody could tell for sure about Graph (graph-facts 9), each with the answer we assume as default."""

    pause_schedule_state: ScheduleState = "Disabled"
    """What `schedule.state` a pause leaves."""
    start_when_active: Literal[204, 400, 409] = 204
    """The answer to a start of a job that is active."""
    second_job_same_template: Literal[201, 409] = 201
    """The answer to a second create with one template on one service principal."""
    create_form: Literal["live", "documented"] = "live"
    """`live`: Disabled, Paused, PT40M. `documented`: Disabled, NotConfigured and an interval that never comes."""
    create_status: Literal[200, 201] = 201
    wrong_template_status: int = 400
    wrong_template_code: str = "BadRequest"
    missing_job_code: str = "UnknownError"
    missing_job_message: str = ""
    unknown_service_principal: Literal["404", "401"] = "404"
    """What job paths answer for a service principal that does not exist: 401 is the empty one of graph-facts 4.2."""
    missing_permission: Literal["empty401", "forbidden403"] = "empty401"
    """How the synchronization service says that a role is lacking. The directory itself always says 403."""
    nested_errors: bool = True
    """Errors of the synchronization service arrive as JSON in the string `message` of an UnknownError."""
    inner_error_name: Literal["innerError", "innererror"] = "innerError"
    quarantine_ladder: Literal["documented", "captured"] = "documented"
    """`documented`: retries 6 h after the failure, then 12 h, then 24 h. `captured`: one more before, at 5 min."""
    quarantine_next_attempt: Literal["shown", "sentinel"] = "shown"
    """`sentinel`: nextAttempt is the year 0001, as in an older capture."""
    disabled_schedule_state: ScheduleState = "Disabled"
    """`schedule.state` after four weeks of quarantine."""
    disabled_code: StatusCode = "Quarantine"
    """`status.code` after four weeks of quarantine."""
    disabled_keeps_quarantine: bool = True
    """Whether `status.quarantine` stays after four weeks of quarantine."""
    throttle_retry_after: Literal["seconds", "date", "none"] = "seconds"
    """The form of Retry-After on a 429 that does not say it."""
    job_filter_honoured: bool = True
    """Whether `$filter=templateId eq '...'` on the jobs list filters."""
    job_select_honoured: bool = False
    """Whether `$select` on jobs selects."""
    initial_cycle_seconds: float | None = None
    """How long (world time) an initial cycle usually takes; None for what its template says."""
    conflict_seconds: float = 0.0
    """For so long (world time) after a change of a job the next start, pause, restart, PATCH or delete answers 409."""
    page_size: int = 0
    """Jobs on one page of the jobs list; 0 for all."""
    next_link: Literal["good", "foreign", "loop"] = "good"
    """Where `@odata.nextLink` leads: to the next page, to another host, or to the same page for ever."""
    secrets_put_replaces: bool = False
    """Whether a PUT of secrets replaces them all; else those it does not name stay."""
    secrets_masked: Literal["sensitive", "all"] = "sensitive"
    """Which values show as `*`: those of keys known to be sensitive, or all (graph-facts 0.5 names no list)."""
    patch_status: Literal[200, 204] = 204
    """The answer to a PATCH of a job: 200 has the job as its body."""
    patch_settings_replaces: bool = False
    """Whether a PATCH replaces all synchronizationJobSettings; else those it does not name stay."""
    patch_interval: Literal["ignored", "taken", "refused_400", "refused_401", "refused_403", "refused_405"] = "ignored"
    """What becomes of a PATCH with `schedule.interval`, which is documented as read-only (graph-facts 4.5, 5.1)."""
    restart_resets_steady_state: bool = True
    """Whether a restart that resets the watermark also forgets when the job had caught up with its source."""
    quotes_secrets: bool = False
    """Whether refusals of Graph and Entra, injected ones too, repeat the credentials and tokens that were sent."""
    beta_deprecation_headers: bool = False
    """Whether beta's calls about secrets and credentials carry `Deprecation` and `Sunset` (graph-facts 2.4)."""
