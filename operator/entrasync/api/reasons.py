"""The reasons of conditions and Events: one closed list. The row of each stands in `reason_rows/`, by subject.

The list is the source of the reasons in docs/conditions.md, which has them in this order.
"""

from enum import StrEnum
from typing import Self

from entrasync.api.reason_groups import EVENT_ONLY, ReasonGroup
from entrasync.api.reason_rows import application, connection, health, job, schedule, schema


class Reason(StrEnum):
    """Why a condition has its status, or what an Event reports."""

    group: ReasonGroup
    meaning: str

    # The defaults are for the type checker, which takes `Reason("Conflict")` for a call of this method.
    def __new__(cls, word: str, group: ReasonGroup = EVENT_ONLY, meaning: str = "") -> Self:
        """Make a member from its row. The member equals its word."""
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.group = group
        reason.meaning = meaning
        return reason

    APPLIED = job.APPLIED
    HEALTHY = health.HEALTHY
    CONNECTED = connection.CONNECTED
    NOT_RUN_YET = health.NOT_RUN_YET
    PAUSED = schedule.PAUSED
    ACHIEVED = health.ACHIEVED
    NOT_ACHIEVED = health.NOT_ACHIEVED
    NOT_QUARANTINED = health.NOT_QUARANTINED
    OBSERVED = job.OBSERVED
    NOT_CONFIGURABLE = schedule.NOT_CONFIGURABLE
    VALIDATED = application.VALIDATED
    NOT_VALIDATED = application.NOT_VALIDATED

    CREATE_UNCONFIRMED = job.CREATE_UNCONFIRMED
    STARTING = schedule.STARTING
    PAUSING = schedule.PAUSING
    DELETING = job.DELETING
    JOB_MISSING = job.JOB_MISSING
    NOT_SHOWN_YET = job.NOT_SHOWN_YET
    STATE_UNKNOWN = job.STATE_UNKNOWN
    WAITING_FOR_REPLICATION = connection.WAITING_FOR_REPLICATION
    WAITING_FOR_OTHER_CREATE = job.WAITING_FOR_OTHER_CREATE
    TESTING_SCHEMA = schema.TESTING_SCHEMA
    THROTTLED = connection.THROTTLED
    GRAPH_UNREACHABLE = connection.GRAPH_UNREACHABLE
    CONNECTION_NOT_READY = connection.CONNECTION_NOT_READY
    NO_JOB_TO_OBSERVE = job.NO_JOB_TO_OBSERVE
    INTERNAL_ERROR = connection.INTERNAL_ERROR
    VALIDATION_UNAVAILABLE = application.VALIDATION_UNAVAILABLE

    CONFLICT = job.CONFLICT
    SEVERAL_JOBS = job.SEVERAL_JOBS
    NO_JOB_TO_ADOPT = job.NO_JOB_TO_ADOPT
    JOB_GONE = job.JOB_GONE
    JOB_NEVER_SHOWN = job.JOB_NEVER_SHOWN
    CREATED_TOO_OFTEN = job.CREATED_TOO_OFTEN
    JOB_NOT_FOUND = job.JOB_NOT_FOUND
    JOB_ID_MISMATCH = job.JOB_ID_MISMATCH
    SERVICE_PRINCIPAL_CHANGED = connection.SERVICE_PRINCIPAL_CHANGED
    SERVICE_PRINCIPAL_NOT_FOUND = connection.SERVICE_PRINCIPAL_NOT_FOUND
    TEMPLATE_CHANGED = job.TEMPLATE_CHANGED
    TEMPLATE_NOT_OFFERED = job.TEMPLATE_NOT_OFFERED
    TENANT_CHANGED = connection.TENANT_CHANGED
    PERMISSION_MISSING = connection.PERMISSION_MISSING
    CREDENTIAL_REFUSED = connection.CREDENTIAL_REFUSED
    SECRET_UNREADABLE = connection.SECRET_UNREADABLE
    TENANT_NOT_FOUND = connection.TENANT_NOT_FOUND
    CLOUD_UNKNOWN = connection.CLOUD_UNKNOWN
    TOKEN_REQUEST_DENIED = connection.TOKEN_REQUEST_DENIED
    REQUEST_REFUSED = connection.REQUEST_REFUSED
    INVALID_SPEC = connection.INVALID_SPEC
    NOT_CONFIGURED = schedule.NOT_CONFIGURED
    START_UNANSWERED = schedule.START_UNANSWERED
    START_NOT_TAKEN = schedule.START_NOT_TAKEN
    PAUSE_NOT_TAKEN = schedule.PAUSE_NOT_TAKEN
    SETTINGS_NOT_TAKEN = job.SETTINGS_NOT_TAKEN
    SECRETS_NOT_TAKEN = application.SECRETS_NOT_TAKEN
    SETTINGS_UNREADABLE = application.SETTINGS_UNREADABLE
    SCHEMA_PART_UNKNOWN = schema.SCHEMA_PART_UNKNOWN
    SCHEMA_RULE_NOT_EDITABLE = schema.SCHEMA_RULE_NOT_EDITABLE
    SCHEMA_DIRECTORY_READ_ONLY = schema.SCHEMA_DIRECTORY_READ_ONLY
    EXPRESSION_REFUSED = schema.EXPRESSION_REFUSED
    MAPPING_TEST_FAILED = schema.MAPPING_TEST_FAILED
    APPROVAL_NEEDED = schema.APPROVAL_NEEDED
    SCHEMA_BACKUP_FAILED = schema.SCHEMA_BACKUP_FAILED
    SCHEMA_NOT_TAKEN = schema.SCHEMA_NOT_TAKEN
    PAUSED_BY_GRAPH = schedule.PAUSED_BY_GRAPH
    TIMETABLE_INVALID = schedule.TIMETABLE_INVALID
    QUARANTINED = health.QUARANTINED
    ESCROWS_PRUNED = health.ESCROWS_PRUNED
    NO_RECENT_SUCCESS = health.NO_RECENT_SUCCESS
    VALIDATION_FAILED = application.VALIDATION_FAILED
    OTHER_KEYS_AT_RISK = application.OTHER_KEYS_AT_RISK
    FOREIGN_SECRET_LOST = application.FOREIGN_SECRET_LOST
    DELETION_BLOCKED = job.DELETION_BLOCKED
    DELETION_HELD = job.DELETION_HELD
    NAMESPACE_UNREADABLE = connection.NAMESPACE_UNREADABLE
    INVALID_ANNOTATION = job.INVALID_ANNOTATION
    DRIFTED = job.DRIFTED
    SUSPENDED = job.SUSPENDED

    JOB_CREATED = job.JOB_CREATED
    JOB_REPLACED = job.JOB_REPLACED
    JOB_ADOPTED = job.JOB_ADOPTED
    JOB_STARTED = schedule.JOB_STARTED
    JOB_PAUSED = schedule.JOB_PAUSED
    SETTINGS_APPLIED = job.SETTINGS_APPLIED
    SCHEMA_APPLIED = schema.SCHEMA_APPLIED
    JOB_DELETED = job.JOB_DELETED
    JOB_RELEASED = job.JOB_RELEASED
    QUARANTINE_LIFTED = health.QUARANTINE_LIFTED
    DRIFT_CORRECTED = job.DRIFT_CORRECTED
    SECRETS_SAVED = application.SECRETS_SAVED
    SECRETS_REMOVED = application.SECRETS_REMOVED
    SECRET_NOT_REMOVABLE = application.SECRET_NOT_REMOVABLE
    SECRET_WRITES_RESUMED = application.SECRET_WRITES_RESUMED
    SECRETS_DEPRECATED = application.SECRETS_DEPRECATED
    JOB_RESTARTED = schedule.JOB_RESTARTED
    RESTART_UNANSWERED = schedule.RESTART_UNANSWERED
    GRAPH_REACHABLE = connection.GRAPH_REACHABLE
    HOLD_IN_THE_PAST = schedule.HOLD_IN_THE_PAST
    MIRROR_CUT = job.MIRROR_CUT
