"""Reasons about what Graph says of the job's runs."""

from entrasync.api.reason_groups import AS_WANTED, EVENT_ONLY, NEEDS_A_PERSON, Row

HEALTHY = Row("Healthy", AS_WANTED, "The job runs, and its last cycle gave no cause for quarantine.")
NOT_RUN_YET = Row("NotRunYet", AS_WANTED, "The job is started. Its first cycle has not ended yet.")
ACHIEVED = Row("Achieved", AS_WANTED, "The job has caught up with its source at least once.")
NOT_ACHIEVED = Row("NotAchieved", AS_WANTED, "The job has not caught up with its source yet.")
NOT_QUARANTINED = Row("NotQuarantined", AS_WANTED, "The job is not in quarantine.")
QUARANTINED = Row("Quarantined", NEEDS_A_PERSON, "Graph put the job in quarantine.")
ESCROWS_PRUNED = Row(
    "EscrowsPruned", NEEDS_A_PERSON, "The initial cycle had too many failures, and Graph cleared them."
)
NO_RECENT_SUCCESS = Row("NoRecentSuccess", NEEDS_A_PERSON, "The last success is older than spec.freshness.maxAge.")
QUARANTINE_LIFTED = Row("QuarantineLifted", EVENT_ONLY, "The job left quarantine.")
