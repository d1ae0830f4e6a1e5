"""Reasons about starts, pauses and restarts."""

from entrasync.api.reason_groups import AS_WANTED, EVENT_ONLY, IN_PROGRESS, NEEDS_A_PERSON, Row

PAUSED = Row("Paused", AS_WANTED, "The job is paused, as the spec wants.")
NOT_CONFIGURABLE = Row(
    "NotConfigurable",
    AS_WANTED,
    "Graph keeps its own interval instead of spec.schedule.interval, and the job runs at it.",
)
STARTING = Row("Starting", IN_PROGRESS, "The job is being started.")
PAUSING = Row("Pausing", IN_PROGRESS, "The job is being paused.")
NOT_CONFIGURED = Row(
    "NotConfigured",
    NEEDS_A_PERSON,
    "The job is scheduled, but was never authorized at its target. Set up its credentials.",
)
START_UNANSWERED = Row("StartUnanswered", NEEDS_A_PERSON, "No start of the job was answered for an hour.")
START_NOT_TAKEN = Row("StartNotTaken", NEEDS_A_PERSON, "Graph accepted a start but still shows the job paused.")
PAUSE_NOT_TAKEN = Row("PauseNotTaken", NEEDS_A_PERSON, "Graph accepted a pause but still shows the job running.")
PAUSED_BY_GRAPH = Row(
    "PausedByGraph",
    NEEDS_A_PERSON,
    "Graph itself paused the job. A person must look before the job is started again.",
)
TIMETABLE_INVALID = Row(
    "TimetableInvalid", NEEDS_A_PERSON, "spec.periodicRestart cannot be followed. The message says what is wrong."
)
JOB_STARTED = Row("JobStarted", EVENT_ONLY, "The job was started.")
JOB_PAUSED = Row("JobPaused", EVENT_ONLY, "The job was paused.")
JOB_RESTARTED = Row("JobRestarted", EVENT_ONLY, "The job was restarted. The message says why and with which scopes.")
JOB_RECOVERED = Row(
    "JobRecovered", EVENT_ONLY, "The job was in quarantine and was started to end that. The message says why."
)
RESTART_UNANSWERED = Row(
    "RestartUnanswered",
    EVENT_ONLY,
    "The answer to a restart is not known, and Graph may have done it. The operator does not send it again.",
)
HOLD_IN_THE_PAST = Row("HoldInThePast", EVENT_ONLY, "entrasync.io/hold-until names a time that had passed.")
