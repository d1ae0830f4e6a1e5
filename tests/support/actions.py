"""All classes of actions that the operator has."""

from entrasync.core.decision.action import Action, Target


def action_classes(target: Target | None = None) -> set[type[Action]]:
    """Return each class of actions that a rule can ask for, or those with one target."""
    found, waiting = set[type[Action]](), [Action]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        waiting += subclasses
        found |= {kind for kind in subclasses if not kind.__subclasses__()}
    return {kind for kind in found if target is None or kind.target == target}
