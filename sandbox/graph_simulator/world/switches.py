"""Defines switches for what is not known for sure about Graph."""

from dataclasses import dataclass
from typing import Literal

from graph_simulator.world.enums import ScheduleState, StatusCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """What is not known for sure about Graph (graph-facts 9). Each default is the answer that we assume."""

    pause_schedule_state: ScheduleState = "Disabled"
    """The `schedule.state` after a pause."""
    start_when_active: Literal[204, 400, 409] = 204
    """The status of the answer to a start of an active job."""
    second_job_same_template: Literal[201, 409] = 201
    """The status of the answer to a second create with the same template and service principal."""
    create_form: Literal["live", "documented"] = "live"
    """The form of a new, Disabled job: `live` has Paused and PT40M, `documented` NotConfigured and no interval."""
    create_status: Literal[200, 201] = 201
    create_answer: Literal["whole", "thin"] = "whole"
    """What the answer to a create contains: the whole job, or its id and templateId only."""
    shown_template: str = ""
    """The `templateId` that jobs show; empty for the one asked for, with which the id begins (graph-facts 4.2)."""
    wrong_template_status: int = 400
    wrong_template_code: str = "BadRequest"
    missing_job_code: str = "UnknownError"
    missing_job_message: str = ""
    unknown_service_principal: Literal["404", "401"] = "404"
    """How job paths answer for a service principal that does not exist; 401 is the empty answer of graph-facts 4.2."""
    missing_permission: Literal["empty401", "forbidden403"] = "empty401"
    """How the synchronization service answers a caller without the role. The directory always answers 403."""
    nested_errors: bool = True
    """Whether errors of the synchronization service arrive as JSON in the string `message` of an UnknownError."""
    inner_error_name: Literal["innerError", "innererror"] = "innerError"
    quarantine_ladder: Literal["documented", "captured"] = "documented"
    """`documented`: retries after 6 h, then 12 h, then every 24 h. `captured`: one more before these, after 5 min."""
    quarantine_next_attempt: Literal["shown", "sentinel"] = "shown"
    """With `sentinel`, nextAttempt is in the year 0001, as in an older capture."""
    disabled_schedule_state: ScheduleState = "Disabled"
    """The `schedule.state` after four weeks of quarantine."""
    disabled_code: StatusCode = "Quarantine"
    """The `status.code` after four weeks of quarantine."""
    disabled_keeps_quarantine: bool = True
    """Whether `status.quarantine` stays after four weeks of quarantine."""
    throttle_retry_after: Literal["seconds", "date", "none"] = "seconds"
    """The form of Retry-After in a 429, unless an injected fault has its own."""
    job_filter_honoured: bool = True
    """Whether `$filter=templateId eq '...'` on the jobs list filters."""
    job_select_honoured: bool = False
    """Whether `$select` on jobs selects."""
    initial_cycle_seconds: float | None = None
    """The usual simulated seconds of an initial cycle; None for those of the template."""
    conflict_seconds: float = 0.0
    """The simulated seconds after a change of a job in which a start, pause, restart, PATCH or delete answers 409."""
    page_size: int = 0
    """The number of jobs on one page of the jobs list; 0 for all."""
    next_link: Literal["good", "foreign", "loop"] = "good"
    """Where `@odata.nextLink` points: to the next page, to another host, or always to the same page."""
    secrets_put_replaces: bool = False
    """Whether a PUT of secrets replaces all of them; if not, those that it does not name stay."""
    secrets_put_keeps_nothing: bool = False
    """Whether a PUT of secrets is answered 204 and changes nothing."""
    secrets_put_drops: str = ""
    """A key that a PUT of secrets removes although it is sent. So a key of others is lost by a save of ours."""
    secrets_masked: Literal["sensitive", "all"] = "sensitive"
    """Which values are shown as `*`: those of sensitive keys, or all (graph-facts 0.5 has no list)."""
    patch_status: Literal[200, 204] = 204
    """The status of the answer to a PATCH of a job; with 200 the body is the job."""
    patch_settings_replaces: bool = False
    """Whether a PATCH replaces all synchronizationJobSettings; if not, those that it does not name stay."""
    patch_interval: Literal["ignored", "taken", "refused_400", "refused_401", "refused_403", "refused_405"] = "ignored"
    """How a PATCH of `schedule.interval` is answered, which is documented as read-only (graph-facts 4.5, 5.1)."""
    restart_resets_steady_state: bool = True
    """Whether a restart that resets the watermark also resets the times at which steady state was achieved."""
    provisioning_form: Literal["object", "list"] = "object"
    """The form of the answer to provisionOnDemand: a result with one object, or a list (graph-facts 3.1)."""
    missing_object: Literal["failure", "404"] = "failure"
    """How provisionOnDemand answers for an object that does not exist."""
    unsaved_credentials: Literal["tried", "refused"] = "tried"
    """Whether provisionOnDemand tries the target of an application without saved credentials, or refuses it (400)."""
    premium_licence: bool = True
    """Whether the tenant has the licence that the provisioning log needs (graph-facts 4.10)."""
    quotes_secrets: bool = False
    """Whether refusals by Graph and Entra, also injected ones, quote the credentials and tokens of the request."""
    beta_deprecation_headers: bool = False
    """Whether beta's answers about secrets and credentials have `Deprecation` and `Sunset` (graph-facts 2.4)."""
