"""Reasons about the job itself: found, created, adopted, changed, deleted."""

from entrasync.api.reason_groups import AS_WANTED, EVENT_ONLY, IN_PROGRESS, NEEDS_A_PERSON, Row

APPLIED = Row("Applied", AS_WANTED, "Graph matches the spec of this generation.")
OBSERVED = Row(
    "Observed",
    AS_WANTED,
    "The job is healthy and only observed (managementPolicy Observe). Drifted says whether it differs.",
)
CREATE_UNCONFIRMED = Row(
    "CreateUnconfirmed", IN_PROGRESS, "Graph's answer to the create was lost. The operator looks for the job."
)
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
WAITING_FOR_OTHER_CREATE = Row(
    "WaitingForOtherCreate",
    IN_PROGRESS,
    "Another resource is creating a job on the same service principal. Creates run one at a time.",
)
NO_JOB_TO_OBSERVE = Row(
    "NoJobToObserve",
    IN_PROGRESS,
    "managementPolicy is Observe and no job matches. The operator looks for one at each poll.",
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
TEMPLATE_CHANGED = Row(
    "TemplateChanged", NEEDS_A_PERSON, "spec.template resolves to another template than that of the job."
)
TEMPLATE_NOT_OFFERED = Row("TemplateNotOffered", NEEDS_A_PERSON, "The service principal does not offer this template.")
SETTINGS_NOT_TAKEN = Row(
    "SettingsNotTaken",
    NEEDS_A_PERSON,
    "Graph accepted spec.settings but did not change the job. The message names the settings.",
)
DELETION_BLOCKED = Row(
    "DeletionBlocked", NEEDS_A_PERSON, "The resource cannot be deleted yet. The message says how to end this."
)
DELETION_HELD = Row(
    "DeletionHeld",
    NEEDS_A_PERSON,
    "The install's limit of deletions is reached. The job is deleted once a person has approved it.",
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
SETTINGS_APPLIED = Row("SettingsApplied", EVENT_ONLY, "Settings of the job were changed to what spec.settings says.")
JOB_DELETED = Row("JobDeleted", EVENT_ONLY, "The job was deleted.")
JOB_RELEASED = Row(
    "JobReleased", EVENT_ONLY, "The resource released its job. The message says what happens to the job."
)
DRIFT_CORRECTED = Row("DriftCorrected", EVENT_ONLY, "Graph differed from the spec and was corrected.")
MIRROR_CUT = Row(
    "MirrorCut", EVENT_ONLY, "Parts of Graph's status were malformed or too large. Those properties are left out."
)
