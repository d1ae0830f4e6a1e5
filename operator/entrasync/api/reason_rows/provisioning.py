"""Reasons about ProvisioningRequests, from their acceptance to their end."""

from entrasync.api.reason_groups import AS_WANTED, IN_PROGRESS, NEEDS_A_PERSON, Row

PROVISIONED = Row("Provisioned", AS_WANTED, "Graph provisioned the object of a ProvisioningRequest.")
ALREADY_PROVISIONED = Row(
    "AlreadyProvisioned",
    AS_WANTED,
    "The object of a ProvisioningRequest is the same in the target already, so Graph changed nothing.",
)
WAITING_FOR_JOB = Row(
    "WaitingForJob",
    IN_PROGRESS,
    "The SynchronizationJob that a ProvisioningRequest names does not exist yet, or holds no job yet.",
)
WAITING_IN_LINE = Row(
    "WaitingInLine",
    IN_PROGRESS,
    "Graph takes 5 provisioning requests of a tenant in ten seconds. status.placeInLine says how many come before.",
)
PROVISIONING = Row("Provisioning", IN_PROGRESS, "A ProvisioningRequest was accepted, or is being sent.")
JOB_NOT_MANAGED = Row(
    "JobNotManaged",
    NEEDS_A_PERSON,
    "A ProvisioningRequest names a SynchronizationJob that is suspended or only observes. Nothing was sent.",
)
RULE_UNKNOWN = Row(
    "RuleUnknown",
    NEEDS_A_PERSON,
    "The schema of the job has no rule with this name, or none that provisions objects of this type. Nothing was sent.",
)
RULE_AMBIGUOUS = Row(
    "RuleAmbiguous",
    NEEDS_A_PERSON,
    "Several rules provision objects of the type, and spec.rule names none of them. Nothing was sent.",
)
TTL_NOT_ALLOWED = Row(
    "TtlNotAllowed",
    NEEDS_A_PERSON,
    "A ProvisioningRequest that Argo CD, Flux or Helm keeps has ttlSecondsAfterFinished. It would be created and sent "
    "again for ever, so nothing was sent.",
)
NOT_SENT = Row(
    "NotSent",
    NEEDS_A_PERSON,
    "A ProvisioningRequest waited for an hour for its job, the connection or Graph. It is not sent any more.",
)
CREDENTIALS_MISSING = Row(
    "CredentialsMissing", NEEDS_A_PERSON, "The target app has no credentials in Graph, so nothing was provisioned."
)
OBJECT_NOT_FOUND = Row("ObjectNotFound", NEEDS_A_PERSON, "The source has no object with this id and type.")
OUT_OF_SCOPE = Row(
    "OutOfScope",
    NEEDS_A_PERSON,
    "Graph skipped the object: it is not assigned to the app, or a scoping filter leaves it out.",
)
PROVISIONING_SKIPPED = Row(
    "ProvisioningSkipped", NEEDS_A_PERSON, "Graph skipped the object for another reason. status.result.code has it."
)
PROVISIONING_FAILED = Row(
    "ProvisioningFailed", NEEDS_A_PERSON, "Graph could not provision the object. status.result.code says why."
)
OUTCOME_UNKNOWN = Row(
    "OutcomeUnknown",
    NEEDS_A_PERSON,
    "A ProvisioningRequest may have been sent, and its answer is not known. It is never sent again.",
)
