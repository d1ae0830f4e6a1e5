"""The constraints of `spec.restart`, `spec.periodicRestart` and `spec.recovery` of a SynchronizationJob."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    number,
    one_of,
    required,
    size,
    spec,
    text,
    unique_items,
)

SCOPES = ("Watermark", "Escrows", "QuarantineState", "ConnectorDataStore", "Full", "ForceDeletes")


def _restart(**members: Any) -> Overlay:
    return spec(restart={"token": "one", **members})


def _scoped(*scopes: str, acknowledged: bool = True) -> Overlay:
    return _restart(scope=list(scopes), acknowledgeDangerous=acknowledged)


def _periodic(**members: Any) -> Overlay:
    return spec(periodicRestart={"cron": "0 3 * * 0", **members})


RESTART = (
    required(".spec.restart", "token", _restart(), spec(restart={})),
    text(
        ".spec.restart.token",
        lambda text: _restart(token=text),
        "A token is written like 2026-11-21 or 2026-11-21T03:00:00Z. It has from 1 to 64 letters, digits and"
        " signs (._:+-), the first a letter or a digit.",
        accepted=("2026-11-21", "2026-11-21T03:00:00+01:00", "a1b2c3", "v1.2_x"),
        refused=("", "two words", "-x", "x\n", "ü", "a/b"),
        longest=64,
    ),
    size(
        ".spec.restart.scope",
        lambda items: _scoped(*items),
        1,
        6,
        lambda n: [*SCOPES, "Watermark"][n],
        "There are from 1 to 6 scopes. For the default ones, leave scope out.",
    ),
    unique_items(".spec.restart.scope", "set", lambda items: _scoped(*items), "Watermark", "Escrows"),
    one_of(".spec.restart.scope[]", _scoped, *SCOPES),
    Constraint(
        ".spec.restart rule",
        accepted=(
            _scoped("Watermark", "Escrows", "QuarantineState", acknowledged=False),
            _restart(scope=["Watermark"]),
            *(_scoped(scope) for scope in SCOPES),
        ),
        refused=tuple(
            overlay
            for scope in ("ForceDeletes", "Full", "ConnectorDataStore")
            for overlay in (_scoped("Watermark", scope, acknowledged=False), _restart(scope=[scope]))
        ),
        message="spec.restart: ForceDeletes deletes accounts, Full and ConnectorDataStore break the links between"
        " source and target. To use one of them, set acknowledgeDangerous to true.",
    ),
    required(".spec.periodicRestart", "cron", _periodic(), spec(periodicRestart={})),
    text(
        ".spec.periodicRestart.cron",
        lambda text: _periodic(cron=text),
        "A cron expression has five fields: minute, hour, day of the month, month and day of the week, such as"
        " 0 3 * * 0 for each Sunday at three. The minute is a number, so that the job is restarted once an hour at"
        " most.",
        accepted=("0 3 * * 0", "59 */6 1,15 JAN-JUN MON#2"),
        refused=(
            "",
            "@weekly",
            "* 3 * * 0",
            "*/5 * * * *",
            "60 3 * * 0",
            "0 3 * *",
            "0 0 3 * * 0",
            "0  3 * * 0",
            "0 3 * * 0\n",
        ),
        longest=100,
    ),
    text(
        ".spec.periodicRestart.timeZone",
        lambda text: _periodic(timeZone=text),
        "A time zone has its IANA name, such as Europe/Berlin.",
        accepted=("Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"),
        refused=("", "+01:00", "../etc", "/Europe", "Europe/", "Central European Time", "UTC\n"),
        longest=64,
    ),
    size(
        ".spec.periodicRestart.scope",
        lambda items: _periodic(scope=items),
        1,
        3,
        lambda n: [*SCOPES[:3], "Watermark"][n],
        "There are from 1 to 3 scopes. For the default ones, leave scope out.",
    ),
    unique_items(".spec.periodicRestart.scope", "set", lambda items: _periodic(scope=items), "Watermark", "Escrows"),
    Constraint(
        ".spec.periodicRestart.scope[] enum",
        accepted=({}, *(_periodic(scope=[scope]) for scope in SCOPES[:3])),
        refused=tuple(_periodic(scope=[odd]) for odd in ("", "wATERMARK", "Unheard")),
        message="spec.periodicRestart.scope[0]: Unsupported value",
    ),
    Constraint(
        ".spec.periodicRestart rule",
        accepted=(_periodic(scope=["Watermark", "Escrows", "QuarantineState"]),),
        refused=tuple(_periodic(scope=[scope]) for scope in ("ForceDeletes", "Full", "ConnectorDataStore")),
        message="spec.periodicRestart: A restart by a timetable never has the scopes ForceDeletes, Full and"
        " ConnectorDataStore. For one of them, use spec.restart.",
    ),
    required(
        ".spec.recovery", "onQuarantine", spec(recovery={"onQuarantine": "Start"}), spec(recovery={"maxPerDay": 1})
    ),
    Constraint(
        ".spec.recovery.onQuarantine enum",
        accepted=tuple(spec(recovery={"onQuarantine": value}) for value in ("None", "Start")),
        refused=tuple(spec(recovery={"onQuarantine": odd}) for odd in ("", "Restart", "start")),
        message="spec.recovery.onQuarantine: Unsupported value",
    ),
    number(
        ".spec.recovery.maxPerDay",
        lambda count: spec(recovery={"onQuarantine": "Start", "maxPerDay": count}),
        1,
        12,
        "A job is started from 1 to 12 times a day. To leave it to Graph, set onQuarantine to None.",
    ),
)
