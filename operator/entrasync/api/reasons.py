"""The reasons of conditions and Events: one table with a row for each.

The table is the source of the reasons in docs/conditions.md.
"""

from enum import StrEnum
from typing import Self

from entrasync.api.reason_groups import AS_WANTED, EVENT_ONLY, IN_PROGRESS, NEEDS_A_PERSON, ReasonGroup, Row


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

    APPLIED = Row("Applied", AS_WANTED, "Graph matches the spec of this generation.")
    HEALTHY = Row("Healthy", AS_WANTED, "The job runs, and its last cycle gave no cause for quarantine.")
    CONNECTED = Row(
        "Connected",
        AS_WANTED,
        "The tenant gave a token. status.missingPermissions lists what the token does not allow.",
    )
    NOT_RUN_YET = Row("NotRunYet", AS_WANTED, "The job is started. Its first cycle has not ended yet.")
    PAUSED = Row("Paused", AS_WANTED, "The job is paused, as the spec wants.")
    ACHIEVED = Row("Achieved", AS_WANTED, "The job has caught up with its source at least once.")
    NOT_ACHIEVED = Row("NotAchieved", AS_WANTED, "The job has not caught up with its source yet.")
    NOT_QUARANTINED = Row("NotQuarantined", AS_WANTED, "The job is not in quarantine.")
    OBSERVED = Row(
        "Observed",
        AS_WANTED,
        "The job is healthy and only observed (managementPolicy Observe). Drifted says whether it differs.",
    )
    NOT_CONFIGURABLE = Row(
        "NotConfigurable",
        AS_WANTED,
        "Graph keeps its own interval instead of spec.schedule.interval, and the job runs at it.",
    )
    VALIDATED = Row("Validated", AS_WANTED, "Graph accepted the credentials before they were saved.")
    NOT_VALIDATED = Row(
        "NotValidated", AS_WANTED, "The credentials were not tested before they were saved, or were in Graph already."
    )

    CREATE_UNCONFIRMED = Row(
        "CreateUnconfirmed", IN_PROGRESS, "Graph's answer to the create was lost. The operator looks for the job."
    )
    STARTING = Row("Starting", IN_PROGRESS, "The job is being started.")
    PAUSING = Row("Pausing", IN_PROGRESS, "The job is being paused.")
    DELETING = Row("Deleting", IN_PROGRESS, "The job is being deleted.")
    JOB_MISSING = Row(
        "JobMissing",
        IN_PROGRESS,
        "Graph does not show the job. The operator looks again before the job counts as gone.",
    )
    NOT_SHOWN_YET = Row(
        "NotShownYet", IN_PROGRESS, "The job was created minutes ago, and Graph does not show it yet. This is usual."
    )
    STATE_UNKNOWN = Row(
        "StateUnknown",
        IN_PROGRESS,
        "Graph shows the job without its schedule or its status. The operator reads it again soon.",
    )
    WAITING_FOR_REPLICATION = Row(
        "WaitingForReplication",
        IN_PROGRESS,
        "Something new is not known everywhere in Entra yet. The operator tries again soon.",
    )
    WAITING_FOR_OTHER_CREATE = Row(
        "WaitingForOtherCreate",
        IN_PROGRESS,
        "Another resource is creating a job on the same service principal. Creates run one at a time.",
    )
    TESTING_SCHEMA = Row(
        "TestingSchema", IN_PROGRESS, "Graph reads the expressions and tests of spec.schema, some in each pass."
    )
    THROTTLED = Row("Throttled", IN_PROGRESS, "Graph asked the operator to wait (429). The operator waits.")
    GRAPH_UNREACHABLE = Row(
        "GraphUnreachable", IN_PROGRESS, "Graph could not be read or written. The operator tries again."
    )
    CONNECTION_NOT_READY = Row(
        "ConnectionNotReady",
        IN_PROGRESS,
        "A connection is missing or does not work. After a minute it is Stalled, if only a person can help.",
    )
    NO_JOB_TO_OBSERVE = Row(
        "NoJobToObserve",
        IN_PROGRESS,
        "managementPolicy is Observe and no job matches. The operator looks for one at each poll.",
    )
    INTERNAL_ERROR = Row(
        "InternalError", IN_PROGRESS, "The operator has a fault. Its log has the traceback. The operator tries again."
    )
    VALIDATION_UNAVAILABLE = Row(
        "ValidationUnavailable",
        IN_PROGRESS,
        "Graph could not test the credentials at the target app. The operator tries again.",
    )

    CONFLICT = Row(
        "Conflict",
        NEEDS_A_PERSON,
        "Another resource holds this job, or the application settings of its service principal.",
    )
    SEVERAL_JOBS = Row("SeveralJobs", NEEDS_A_PERSON, "Several jobs match and the spec names none. Set spec.jobId.")
    NO_JOB_TO_ADOPT = Row("NoJobToAdopt", NEEDS_A_PERSON, "adoptionPolicy is AdoptOnly and no job matches.")
    JOB_GONE = Row("JobGone", NEEDS_A_PERSON, "The job is gone, and the spec says not to create another.")
    JOB_NEVER_SHOWN = Row(
        "JobNeverShown", NEEDS_A_PERSON, "Graph never showed the job that it created. No other job is created."
    )
    CREATED_TOO_OFTEN = Row(
        "CreatedTooOften",
        NEEDS_A_PERSON,
        "Three jobs were created within a day, and none is left. No other follows yet.",
    )
    JOB_NOT_FOUND = Row("JobNotFound", NEEDS_A_PERSON, "The service principal has no job with the id in spec.jobId.")
    JOB_ID_MISMATCH = Row(
        "JobIdMismatch", NEEDS_A_PERSON, "spec.jobId names another job than the one that this resource holds."
    )
    SERVICE_PRINCIPAL_CHANGED = Row(
        "ServicePrincipalChanged",
        NEEDS_A_PERSON,
        "spec.servicePrincipal resolves to another service principal than before.",
    )
    SERVICE_PRINCIPAL_NOT_FOUND = Row(
        "ServicePrincipalNotFound", NEEDS_A_PERSON, "The tenant has no such service principal."
    )
    TEMPLATE_CHANGED = Row(
        "TemplateChanged", NEEDS_A_PERSON, "spec.template resolves to another template than that of the job."
    )
    TEMPLATE_NOT_OFFERED = Row(
        "TemplateNotOffered", NEEDS_A_PERSON, "The service principal does not offer this template."
    )
    TENANT_CHANGED = Row(
        "TenantChanged",
        NEEDS_A_PERSON,
        "The connection leads to another tenant than before, or to another than it names.",
    )
    PERMISSION_MISSING = Row("PermissionMissing", NEEDS_A_PERSON, "The operator's app lacks a Graph permission.")
    CREDENTIAL_REFUSED = Row(
        "CredentialRefused",
        NEEDS_A_PERSON,
        "Entra refused the credential of the connection, or the credential cannot be used as it is.",
    )
    SECRET_UNREADABLE = Row(
        "SecretUnreadable",
        NEEDS_A_PERSON,
        "A Secret that the spec refers to is missing, lacks the key, or may not be read.",
    )
    TENANT_NOT_FOUND = Row("TenantNotFound", NEEDS_A_PERSON, "Entra knows no such tenant.")
    CLOUD_UNKNOWN = Row("CloudUnknown", NEEDS_A_PERSON, "The install defines no cloud with the name in spec.cloud.")
    TOKEN_REQUEST_DENIED = Row(
        "TokenRequestDenied",
        NEEDS_A_PERSON,
        "The API server gives the operator no token for the ServiceAccount. The message says why.",
    )
    REQUEST_REFUSED = Row(
        "RequestRefused", NEEDS_A_PERSON, "Graph refused a request. The message quotes Graph's reason."
    )
    INVALID_SPEC = Row(
        "InvalidSpec", NEEDS_A_PERSON, "The stored spec cannot be read. Normally the API server refuses such a spec."
    )
    NOT_CONFIGURED = Row(
        "NotConfigured",
        NEEDS_A_PERSON,
        "The job is scheduled, but was never authorized at its target. Set up its credentials.",
    )
    START_UNANSWERED = Row("StartUnanswered", NEEDS_A_PERSON, "No start of the job was answered for an hour.")
    START_NOT_TAKEN = Row("StartNotTaken", NEEDS_A_PERSON, "Graph accepted a start but still shows the job paused.")
    PAUSE_NOT_TAKEN = Row("PauseNotTaken", NEEDS_A_PERSON, "Graph accepted a pause but still shows the job running.")
    SETTINGS_NOT_TAKEN = Row(
        "SettingsNotTaken",
        NEEDS_A_PERSON,
        "Graph accepted spec.settings but did not change the job. The message names the settings.",
    )
    SECRETS_NOT_TAKEN = Row(
        "SecretsNotTaken",
        NEEDS_A_PERSON,
        "Graph accepted values of spec.application but does not show them. The message names the keys.",
    )
    SETTINGS_UNREADABLE = Row(
        "SettingsUnreadable",
        NEEDS_A_PERSON,
        "The notification settings in Graph are masked or are not JSON. The operator does not change them.",
    )
    SCHEMA_PART_UNKNOWN = Row(
        "SchemaPartUnknown", NEEDS_A_PERSON, "spec.schema names a rule or object mapping that the schema does not have."
    )
    SCHEMA_RULE_NOT_EDITABLE = Row(
        "SchemaRuleNotEditable", NEEDS_A_PERSON, "spec.schema wants to change a rule that Graph marks as not editable."
    )
    EXPRESSION_REFUSED = Row(
        "ExpressionRefused", NEEDS_A_PERSON, "Graph cannot read an expression of spec.schema. The message quotes Graph."
    )
    MAPPING_TEST_FAILED = Row(
        "MappingTestFailed", NEEDS_A_PERSON, "A test of spec.schema failed. The message says what came out."
    )
    APPROVAL_NEEDED = Row(
        "ApprovalNeeded", NEEDS_A_PERSON, "A change of the schema waits until a person has approved it."
    )
    SCHEMA_NOT_TAKEN = Row(
        "SchemaNotTaken", NEEDS_A_PERSON, "Graph accepted a change of the schema but does not show it."
    )
    PAUSED_BY_GRAPH = Row(
        "PausedByGraph",
        NEEDS_A_PERSON,
        "Graph itself paused the job. A person must look before the job is started again.",
    )
    QUARANTINED = Row("Quarantined", NEEDS_A_PERSON, "Graph put the job in quarantine.")
    ESCROWS_PRUNED = Row(
        "EscrowsPruned", NEEDS_A_PERSON, "The initial cycle had too many failures, and Graph cleared them."
    )
    NO_RECENT_SUCCESS = Row("NoRecentSuccess", NEEDS_A_PERSON, "The last success is older than spec.freshness.maxAge.")
    VALIDATION_FAILED = Row(
        "ValidationFailed", NEEDS_A_PERSON, "Graph refused the credentials or could not test them. Nothing was saved."
    )
    OTHER_KEYS_AT_RISK = Row(
        "OtherKeysAtRisk",
        NEEDS_A_PERSON,
        "Graph masks secrets that spec.application does not name, and a save could remove them. Nothing is saved.",
    )
    FOREIGN_SECRET_LOST = Row(
        "ForeignSecretLost",
        NEEDS_A_PERSON,
        "A secret of somebody else vanished. No secret is written on its service principal until a person has looked.",
    )
    DELETION_BLOCKED = Row(
        "DeletionBlocked", NEEDS_A_PERSON, "The resource cannot be deleted yet. The message says how to end this."
    )
    DELETION_HELD = Row(
        "DeletionHeld",
        NEEDS_A_PERSON,
        "The install's limit of deletions is reached. The job is deleted once a person has approved it.",
    )
    NAMESPACE_UNREADABLE = Row(
        "NamespaceUnreadable",
        NEEDS_A_PERSON,
        "The operator may not read the Namespace, which may set defaults for the resource.",
    )
    INVALID_ANNOTATION = Row(
        "InvalidAnnotation",
        NEEDS_A_PERSON,
        "An annotation for the operator cannot be read. The message says why and what holds instead.",
    )
    DRIFTED = Row("Drifted", NEEDS_A_PERSON, "Graph differs from the spec, and managementPolicy Observe leaves it so.")
    SUSPENDED = Row("Suspended", NEEDS_A_PERSON, "spec.suspend is true: the operator leaves this resource alone.")

    JOB_CREATED = Row("JobCreated", EVENT_ONLY, "A job was created in Graph.")
    JOB_REPLACED = Row("JobReplaced", EVENT_ONLY, "The job had gone from Graph. The message names it and the new one.")
    JOB_ADOPTED = Row("JobAdopted", EVENT_ONLY, "An existing job was adopted.")
    JOB_STARTED = Row("JobStarted", EVENT_ONLY, "The job was started.")
    JOB_PAUSED = Row("JobPaused", EVENT_ONLY, "The job was paused.")
    SETTINGS_APPLIED = Row(
        "SettingsApplied", EVENT_ONLY, "Settings of the job were changed to what spec.settings says."
    )
    SCHEMA_APPLIED = Row("SchemaApplied", EVENT_ONLY, "The job's schema was changed to what spec.schema says.")
    JOB_DELETED = Row("JobDeleted", EVENT_ONLY, "The job was deleted.")
    JOB_RELEASED = Row(
        "JobReleased", EVENT_ONLY, "The resource released its job. The message says what happens to the job."
    )
    QUARANTINE_LIFTED = Row("QuarantineLifted", EVENT_ONLY, "The job left quarantine.")
    DRIFT_CORRECTED = Row("DriftCorrected", EVENT_ONLY, "Graph differed from the spec and was corrected.")
    SECRETS_SAVED = Row("SecretsSaved", EVENT_ONLY, "Credentials or settings of the application were saved in Graph.")
    SECRETS_REMOVED = Row(
        "SecretsRemoved", EVENT_ONLY, "Credentials that the operator had saved were removed from Graph."
    )
    SECRET_NOT_REMOVABLE = Row(
        "SecretNotRemovable",
        EVENT_ONLY,
        "Graph does not remove this key. It stays, and the operator no longer manages it.",
    )
    SECRET_WRITES_RESUMED = Row(
        "SecretWritesResumed",
        EVENT_ONLY,
        "No secret of somebody else is missing any more. The operator saves secrets again.",
    )
    SECRETS_DEPRECATED = Row(
        "SecretsDeprecated", EVENT_ONLY, "Graph's beta will soon lose the calls that save credentials."
    )
    JOB_RESTARTED = Row("JobRestarted", EVENT_ONLY, "The job was restarted to put a new provisioning scope into force.")
    RESTART_UNANSWERED = Row(
        "RestartUnanswered",
        EVENT_ONLY,
        "The answers to two restarts are not known, and Graph may have done them. The operator sends no other.",
    )
    GRAPH_REACHABLE = Row("GraphReachable", EVENT_ONLY, "Graph can be read again after `GraphUnreachable`.")
    HOLD_IN_THE_PAST = Row("HoldInThePast", EVENT_ONLY, "entrasync.io/hold-until names a time that had passed.")
    MIRROR_CUT = Row(
        "MirrorCut", EVENT_ONLY, "Parts of Graph's status were malformed or too large. Those properties are left out."
    )
