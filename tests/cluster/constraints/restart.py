"""The constraints of `spec.restart` of a SynchronizationJob."""

from typing import Any

from tests.cluster.constraints.constraint import Constraint, Overlay, one_of, required, size, spec, text, unique_items

SCOPES = ("Watermark", "Escrows", "QuarantineState", "ConnectorDataStore", "Full", "ForceDeletes")


def _restart(**members: Any) -> Overlay:
    return spec(restart={"token": "one", **members})


def _scoped(*scopes: str, acknowledged: bool = True) -> Overlay:
    return _restart(scope=list(scopes), acknowledgeDangerous=acknowledged)


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
)
