"""Any status of a SynchronizationJob that the API server may have stored, well-formed or not."""

from typing import Any

from hypothesis import strategies as st

from entrasync.api.conditions import ConditionType

TEXT = st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2, allow_nan=False) | TEXT
GARBAGE = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
TIMES = st.sampled_from(
    [
        "2026-11-01T12:00:00Z",
        "2026-11-01T12:00:00.123456Z",
        "2026-11-01T12:00:00.1234567Z",
        "2026-11-01T14:00:00+02:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "yesterday",
    ]
)
TEXTS = TEXT | TIMES
NAMES = st.lists(TEXT, max_size=3)
SOURCES = st.lists(st.fixed_dictionaries({}, optional={"name": TEXT, "uid": TEXT, "resourceVersion": TEXT}), max_size=2)
WORDS_OF_PAUSES = TEXT | st.sampled_from(["Operator", "Graph", "Person"])
ACTIONS = TEXT | st.sampled_from(["CreateJob", "RecreateJob", "RestartJob"])

REFUSED: dict[str, st.SearchStrategy[Any]] = {
    "generation": st.integers(0, 9),
    "sources": SOURCES,
    "code": TEXT,
    "message": TEXT,
    "retryAt": TIMES,
    "since": TIMES,
    "isVerdict": st.booleans(),
}
APPLICATION: dict[str, st.SearchStrategy[Any]] = {
    "sources": SOURCES,
    "keys": NAMES,
    "time": TIMES,
    "validatedTime": TIMES,
    "scopeInForce": TEXT,
    "refused": st.fixed_dictionaries({}, optional=REFUSED),
    "toldDeprecated": st.booleans(),
    "generation": st.integers(0, 9),
    "validated": st.booleans(),
    "lostKeys": NAMES,
    "unconfirmedKeys": NAMES,
    "ofANewerVersion": GARBAGE,
}
OPERATION: dict[str, st.SearchStrategy[Any]] = {
    "action": ACTIONS,
    "startedAt": TIMES,
    "servicePrincipalId": TEXT,
    "templateId": TEXT,
    "jobIdsBefore": NAMES,
    "tries": st.integers(0, 3),
}
CONDITION = st.fixed_dictionaries(
    {
        "type": TEXT | st.sampled_from(list(map(str, ConditionType))),
        "status": st.sampled_from(["True", "False", "Unknown"]),
        "lastTransitionTime": TIMES,
        "reason": TEXT,
        "message": TEXT,
    },
    optional={"observedGeneration": st.integers(0, 9)},
)
PAUSE = {"by": WORDS_OF_PAUSES, "since": TIMES, "reason": TEXT, "resumes": st.booleans()}
INTERVAL = {"requested": TEXT, "time": TIMES, "answer": TEXT, "repeatTime": TIMES}
EFFECTIVE = {"managementPolicy": TEXT, "deletionPolicy": TEXT, "pollInterval": TEXT, "scheduleState": TEXT}
DRIFT = {
    "time": TIMES,
    "differences": st.lists(
        st.fixed_dictionaries({}, optional={"field": TEXT, "wanted": TEXT, "found": TEXT}), max_size=2
    ),
}
RESTART = st.fixed_dictionaries(
    {},
    optional={
        "token": TEXT,
        "time": TIMES,
        "outcome": TEXT | st.sampled_from(["Recorded", "Sent", "Restarted", "Unknown"]),
        "scope": NAMES,
        "tries": st.integers(0, 3),
        "earlierTokens": NAMES,
    },
)
PERIODIC = st.fixed_dictionaries({}, optional={"token": TEXT, "outcome": TEXT, "timetable": TEXT, "next": TIMES})
RECOVERY = st.fixed_dictionaries({}, optional={"times": st.lists(TIMES, max_size=3), "outcome": TEXT})
RESTARTS = {"spec": RESTART, "request": RESTART, "periodic": PERIODIC, "approval": RESTART, "recovery": RECOVERY}
SENT = {"diffHash": TEXT, "time": TIMES, "wishHash": TEXT, "request": TEXT, "shown": st.booleans()}
SCHEMA = {
    "source": st.fixed_dictionaries({}, optional={"name": TEXT, "uid": TEXT, "resourceVersion": TEXT}),
    "backups": st.lists(
        st.fixed_dictionaries({}, optional={"name": TEXT, "time": TIMES, "diffHash": TEXT}), max_size=2
    ),
    "generation": st.integers(0, 9),
    "differences": DRIFT["differences"],
    "count": st.integers(0, 9),
    "diffHash": TEXT,
    "sent": st.fixed_dictionaries({}, optional=SENT),
}
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "observedGeneration": st.integers(-1, 9),
    "generationSeenTime": TIMES,
    "reportedFaults": NAMES,
    "tenantId": TEXT,
    "servicePrincipalId": TEXT,
    "origin": st.sampled_from(["Created", "Adopted", "Inherited"]),
    "originTime": TIMES,
    "effective": st.fixed_dictionaries({}, optional=EFFECTIVE),
    "pause": st.fixed_dictionaries({}, optional=PAUSE),
    "lastStartTime": TIMES,
    "lastResumeTime": TIMES,
    "operation": st.fixed_dictionaries({}, optional=OPERATION),
    "deletedJobId": TEXT,
    "creation": st.fixed_dictionaries({}, optional={"templateId": TEXT, "times": st.lists(TIMES, max_size=3)}),
    "interval": st.fixed_dictionaries({}, optional=INTERVAL),
    "restarts": st.fixed_dictionaries({}, optional=RESTARTS),
    "application": st.fixed_dictionaries({}, optional=APPLICATION),
    "schema": st.fixed_dictionaries({}, optional=SCHEMA),
    "lastDrift": st.fixed_dictionaries({}, optional=DRIFT),
    "lastHandledReconcileAt": TEXTS,
    "conditions": st.lists(CONDITION, max_size=3),
    "job": st.dictionaries(TEXT | st.sampled_from(["id", "templateId"]), GARBAGE, max_size=3),
    "synchronizationStatus": st.dictionaries(TEXT, GARBAGE, max_size=3),
    "ofANewerVersion": GARBAGE,
}
"""What the CRD accepts, and one member that only a newer version would write."""

WELL_FORMED = st.fixed_dictionaries({}, optional=MEMBERS)
MALFORMED = GARBAGE | st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, GARBAGE))
