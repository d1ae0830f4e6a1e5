"""Condition types and reasons: a closed list, each with the sentence that the documentation prints.

Conditions follow kstatus: `Ready` is always there, `Reconciling` and `Stalled` only while true. Events use the same
reasons.
"""

from enum import StrEnum


class ConditionType(StrEnum):
    """What can be said of a SynchronizationJob."""

    READY = "Ready"
    APPLIED = "Applied"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    QUARANTINED = "Quarantined"
    OVERDUE = "Overdue"
    CREDENTIALS_VALID = "CredentialsValid"
    STEADY_STATE = "SteadyState"
    SCHEDULE_APPLIED = "ScheduleApplied"
    ESCROWS_PRUNED = "EscrowsPruned"
    DRIFTED = "Drifted"
    FOREIGN_SECRET_LOST = "ForeignSecretLost"  # noqa: S105  the name of a condition, no password
    DEFAULTS_IN_DOUBT = "DefaultsInDoubt"


CONDITION_MEANING: dict[ConditionType, str] = {
    ConditionType.READY: "Graph matches the spec and the job is fit: not in quarantine, not paused by Graph.",
    ConditionType.APPLIED: "Graph matches the spec of this generation.",
    ConditionType.RECONCILING: "Work is under way or waiting for Graph, and will go on by itself.",
    ConditionType.STALLED: "A person must act; the message says what and where. Still looked at again, slowly.",
    ConditionType.QUARANTINED: "Graph put the job in quarantine; the reason is Graph's own.",
    ConditionType.OVERDUE: "No run has succeeded within spec.freshness.maxAge. Absent while the job is paused.",
    ConditionType.CREDENTIALS_VALID: (
        "Graph accepted the target app's credentials before they were saved. False: it refused them, and what Graph"
        " had before is still in force."
    ),
    ConditionType.STEADY_STATE: "The job has caught up with its source at least once.",
    ConditionType.SCHEDULE_APPLIED: "False while Graph runs the job on another interval than spec.schedule.interval.",
    ConditionType.ESCROWS_PRUNED: "Graph cleared the failures of the initial cycle; a person must look.",
    ConditionType.DRIFTED: "Only under managementPolicy Observe: Graph differs from the spec; the message says how.",
    ConditionType.FOREIGN_SECRET_LOST: (
        "When the operator saved its own secrets, one of somebody else's vanished. No secret is written in this tenant"
        " until a person has looked."
    ),
    ConditionType.DEFAULTS_IN_DOUBT: (
        "It is not known what the namespace wants where the spec is silent; the cautious value holds meanwhile:"
        " Observe, and Retain when the resource is deleted."
    ),
}


class Reason(StrEnum):
    """Why a condition is as it is, or what an Event tells."""

    # The job is as wanted
    APPLIED = "Applied"
    HEALTHY = "Healthy"
    CONNECTED = "Connected"
    NOT_RUN_YET = "NotRunYet"
    PAUSED = "Paused"
    ACHIEVED = "Achieved"
    NOT_ACHIEVED = "NotAchieved"
    NOT_QUARANTINED = "NotQuarantined"
    OBSERVED = "Observed"
    NOT_CONFIGURABLE = "NotConfigurable"
    VALIDATED = "Validated"
    NOT_VALIDATED = "NotValidated"

    # On its way, goes on by itself
    CREATE_UNCONFIRMED = "CreateUnconfirmed"
    STARTING = "Starting"
    PAUSING = "Pausing"
    DELETING = "Deleting"
    JOB_MISSING = "JobMissing"
    WAITING_FOR_REPLICATION = "WaitingForReplication"
    WAITING_FOR_OTHER_CREATE = "WaitingForOtherCreate"
    THROTTLED = "Throttled"
    GRAPH_UNREACHABLE = "GraphUnreachable"
    CONNECTION_NOT_READY = "ConnectionNotReady"
    NO_JOB_TO_OBSERVE = "NoJobToObserve"
    INTERNAL_ERROR = "InternalError"
    VALIDATION_UNAVAILABLE = "ValidationUnavailable"

    # A person must act
    CONFLICT = "Conflict"
    SEVERAL_JOBS = "SeveralJobs"
    NO_JOB_TO_ADOPT = "NoJobToAdopt"
    JOB_GONE = "JobGone"
    JOB_NOT_FOUND = "JobNotFound"
    JOB_ID_MISMATCH = "JobIdMismatch"
    SERVICE_PRINCIPAL_CHANGED = "ServicePrincipalChanged"
    SERVICE_PRINCIPAL_NOT_FOUND = "ServicePrincipalNotFound"
    TEMPLATE_CHANGED = "TemplateChanged"
    TEMPLATE_NOT_OFFERED = "TemplateNotOffered"
    TENANT_CHANGED = "TenantChanged"
    PERMISSION_MISSING = "PermissionMissing"
    CREDENTIAL_REFUSED = "CredentialRefused"
    SECRET_UNREADABLE = "SecretUnreadable"  # noqa: S105  the name of a fault, no password
    TENANT_NOT_FOUND = "TenantNotFound"
    CLOUD_UNKNOWN = "CloudUnknown"
    TOKEN_REQUEST_DENIED = "TokenRequestDenied"  # noqa: S105  the name of a fault, no password
    REQUEST_REFUSED = "RequestRefused"
    INVALID_SPEC = "InvalidSpec"
    NOT_CONFIGURED = "NotConfigured"
    SETTINGS_NOT_TAKEN = "SettingsNotTaken"
    SETTINGS_UNREADABLE = "SettingsUnreadable"
    PAUSED_BY_GRAPH = "PausedByGraph"
    QUARANTINED = "Quarantined"
    ESCROWS_PRUNED = "EscrowsPruned"
    NO_RECENT_SUCCESS = "NoRecentSuccess"
    VALIDATION_FAILED = "ValidationFailed"
    FOREIGN_SECRET_LOST = "ForeignSecretLost"  # noqa: S105  the name of a reason, no password
    DELETION_BLOCKED = "DeletionBlocked"
    NAMESPACE_UNREADABLE = "NamespaceUnreadable"
    INVALID_ANNOTATION = "InvalidAnnotation"
    DRIFTED = "Drifted"
    SUSPENDED = "Suspended"

    # Only told as Events
    JOB_CREATED = "JobCreated"
    JOB_ADOPTED = "JobAdopted"
    JOB_STARTED = "JobStarted"
    JOB_PAUSED = "JobPaused"
    SETTINGS_APPLIED = "SettingsApplied"
    JOB_DELETED = "JobDeleted"
    JOB_RELEASED = "JobReleased"
    QUARANTINE_LIFTED = "QuarantineLifted"
    DRIFT_CORRECTED = "DriftCorrected"
    SECRETS_SAVED = "SecretsSaved"
    SECRETS_REMOVED = "SecretsRemoved"
    SECRET_NOT_REMOVABLE = "SecretNotRemovable"  # noqa: S105  the name of a reason, no password
    SECRET_WRITES_RESUMED = "SecretWritesResumed"  # noqa: S105  the name of a reason, no password
    SECRETS_DEPRECATED = "SecretsDeprecated"
    JOB_RESTARTED = "JobRestarted"
    RESTART_UNANSWERED = "RestartUnanswered"
    MIRROR_CUT = "MirrorCut"


REASON_MEANING: dict[Reason, str] = {
    Reason.APPLIED: "Graph matches the spec of this generation.",
    Reason.HEALTHY: "The job runs and its last cycle gave no cause for quarantine.",
    Reason.CONNECTED: "The tenant gave a token; what it does not allow is in status.missingPermissions.",
    Reason.NOT_RUN_YET: "The job is started; its first cycle has not ended yet.",
    Reason.PAUSED: "The job is paused, as the spec wants.",
    Reason.ACHIEVED: "The job has caught up with its source at least once.",
    Reason.NOT_ACHIEVED: "The job has not caught up with its source yet.",
    Reason.NOT_QUARANTINED: "The job is not in quarantine.",
    Reason.OBSERVED: "The job is fit and only observed (managementPolicy Observe); Drifted tells whether it differs.",
    Reason.NO_RECENT_SUCCESS: "The last success is longer ago than spec.freshness.maxAge.",
    Reason.NOT_CONFIGURABLE: "Graph keeps its own interval instead of spec.schedule.interval, and the job runs on it.",
    Reason.VALIDATED: "Graph accepted the credentials before they were saved.",
    Reason.NOT_VALIDATED: "The credentials were not tried before they were saved, or were in Graph already.",
    Reason.CREATE_UNCONFIRMED: "Graph's answer to the create was lost; its job is looked for.",
    Reason.STARTING: "The job is being started.",
    Reason.PAUSING: "The job is being paused.",
    Reason.DELETING: "The job is being deleted.",
    Reason.JOB_MISSING: "Graph does not show the job; it is looked for again before it counts as gone.",
    Reason.WAITING_FOR_REPLICATION: "Something new is not known everywhere in Entra yet; tried again soon.",
    Reason.WAITING_FOR_OTHER_CREATE: "Another resource is creating a job on the same service principal; one at a time.",
    Reason.THROTTLED: "Graph asked for a pause (429); it is kept.",
    Reason.GRAPH_UNREACHABLE: "Graph could not be read or written; tried again.",
    Reason.CONNECTION_NOT_READY: "The GraphConnection of this resource is missing or does not work; it says why.",
    Reason.NO_JOB_TO_OBSERVE: "managementPolicy is Observe and no job fits; it is looked for at each poll.",
    Reason.INTERNAL_ERROR: "A fault of the operator; the log has the traceback. Tried again.",
    Reason.VALIDATION_UNAVAILABLE: "Graph could not try the credentials at the target app; tried again.",
    Reason.CONFLICT: "Another resource holds this job, or the application settings of its service principal.",
    Reason.SEVERAL_JOBS: "Several jobs fit and none is named; set spec.jobId.",
    Reason.NO_JOB_TO_ADOPT: "adoptionPolicy is AdoptOnly and no job fits.",
    Reason.JOB_GONE: "The job has gone and the spec says not to create another.",
    Reason.JOB_NOT_FOUND: "The service principal has no job with the id in spec.jobId.",
    Reason.JOB_ID_MISMATCH: "spec.jobId names another job than the one this resource holds.",
    Reason.SERVICE_PRINCIPAL_CHANGED: "spec.servicePrincipal means another service principal than before.",
    Reason.SERVICE_PRINCIPAL_NOT_FOUND: "The tenant has no such service principal.",
    Reason.TEMPLATE_CHANGED: "spec.template is another template than that of the job.",
    Reason.TEMPLATE_NOT_OFFERED: "The service principal does not offer this template.",
    Reason.TENANT_CHANGED: "The connection leads to another tenant than before, or to another than it names.",
    Reason.PERMISSION_MISSING: "The operator's app lacks a Graph permission.",
    Reason.CREDENTIAL_REFUSED: "Entra refused the credential of the connection, or it cannot be used as it is.",
    Reason.SECRET_UNREADABLE: "A Secret that the spec refers to is missing, lacks the key, or may not be read.",
    Reason.TENANT_NOT_FOUND: "Entra knows no such tenant.",
    Reason.CLOUD_UNKNOWN: "The install defines no cloud of the name in spec.cloud.",
    Reason.TOKEN_REQUEST_DENIED: "The API server gives the operator no token for the ServiceAccount; see the message.",
    Reason.REQUEST_REFUSED: "Graph refused a request for a reason of its own, quoted in the message.",
    Reason.INVALID_SPEC: "The stored spec cannot be read; normally the API server refuses such a spec.",
    Reason.NOT_CONFIGURED: "The job is scheduled, but was never authorised at its target; set up its credentials.",
    Reason.SETTINGS_NOT_TAKEN: "Graph accepted spec.settings and did not change the job; the message names them.",
    Reason.SETTINGS_UNREADABLE: "Notification settings in Graph are masked or no JSON; they are left as they are.",
    Reason.PAUSED_BY_GRAPH: "Graph itself paused the job; a person must look before it is started again.",
    Reason.QUARANTINED: "Graph put the job in quarantine.",
    Reason.ESCROWS_PRUNED: "The initial cycle had too many failures; Graph cleared them.",
    Reason.VALIDATION_FAILED: "Graph refused the credentials of spec.application; nothing was saved.",
    Reason.FOREIGN_SECRET_LOST: "A secret of somebody else vanished; none is written before a person has looked.",
    Reason.DELETION_BLOCKED: "The resource cannot be deleted yet; the message says how to let go.",
    Reason.NAMESPACE_UNREADABLE: "The operator may not read the Namespace, which may say what holds for the resource.",
    Reason.INVALID_ANNOTATION: "An annotation for the operator cannot be read; the message says why and what holds.",
    Reason.DRIFTED: "Graph differs from the spec, and managementPolicy Observe leaves it so.",
    Reason.SUSPENDED: "spec.suspend is true: the operator leaves this resource alone.",
    Reason.JOB_CREATED: "A job was created in Graph.",
    Reason.JOB_ADOPTED: "An existing job was taken over.",
    Reason.JOB_STARTED: "The job was started.",
    Reason.JOB_PAUSED: "The job was paused.",
    Reason.SETTINGS_APPLIED: "Settings of the job were set as spec.settings says.",
    Reason.JOB_DELETED: "The job was deleted.",
    Reason.JOB_RELEASED: "The resource let go of its job; the message says what becomes of the job.",
    Reason.QUARANTINE_LIFTED: "The job left quarantine.",
    Reason.DRIFT_CORRECTED: "Graph differed from the spec and was put right.",
    Reason.SECRETS_SAVED: "Credentials or settings of the application were saved in Graph.",
    Reason.SECRETS_REMOVED: "Credentials that the operator had saved were removed from Graph.",
    Reason.SECRET_NOT_REMOVABLE: "Graph does not remove this key; it stays, and is no longer looked after.",
    Reason.SECRET_WRITES_RESUMED: "No secret of somebody else is missed any more; secrets are saved again.",
    Reason.SECRETS_DEPRECATED: "Graph's beta is about to lose the calls that credentials are saved by.",
    Reason.JOB_RESTARTED: "The job was restarted to bring a new provisioning scope into force.",
    Reason.RESTART_UNANSWERED: "Graph answered neither of two restarts; it may have done them. None is sent again.",
    Reason.MIRROR_CUT: "Graph's status was malformed or too large in places; those properties are left out.",
}

REASON_GROUPS: dict[str, Reason] = {
    "The job is as wanted": Reason.APPLIED,
    "On its way, goes on by itself": Reason.CREATE_UNCONFIRMED,
    "A person must act": Reason.CONFLICT,
    "Only told as Events": Reason.JOB_CREATED,
}
"""Where each group of `Reason` begins."""


def group_reasons() -> dict[str, list[Reason]]:
    """Sort the reasons by what they ask of a person, in the order of their list."""
    beginnings = {reason: group for group, reason in REASON_GROUPS.items()}
    groups: dict[str, list[Reason]] = {}
    group = ""
    for reason in Reason:
        group = beginnings.get(reason, group)
        groups.setdefault(group, []).append(reason)
    return groups
