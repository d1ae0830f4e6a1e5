"""Functions about several values: those of an attribute, those to choose from, and roles."""

from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.values import Value, list_texts


def count(given: Arguments) -> int:
    """Count the values of an attribute."""
    return len(list_texts(given.value(0)))


def take_item(given: Arguments) -> Value:
    """Take one of the values; the first has the index 1."""
    texts, index = list_texts(given.value(0)), given.number(1)
    if index < 1:
        raise EvaluationError(f"Item has no index {index}: the first is 1.")
    return texts[index - 1] if index <= len(texts) else None


def remove_duplicates(given: Arguments) -> Value:
    """Keep each value once, in their order."""
    return tuple(dict.fromkeys(list_texts(given.value(0))))


def split(given: Arguments) -> Value:
    """Split a text, and trim the parts as the reference's example shows."""
    source = given.value(0)
    if given.find(1) is None:
        raise UnsimulatedError("Split without a delimiter", "The reference says that it is required.")
    delimiter = given.text(1)
    if not delimiter:
        raise EvaluationError("Split cannot split at an empty text.")
    return None if source is None else tuple(part.strip() for part in given.text(0).split(delimiter))


def select_unique(given: Arguments) -> Value:
    """Return the first value: no other object of the simulated target has it."""
    return given.value(0)


def take_single_role(given: Arguments) -> Value:
    """Return the name of the only role. No source shows the form of a test input: here it is the name."""
    texts = list_texts(given.value(0))
    if len(texts) > 1:
        raise EvaluationError(f"SingleAppRoleAssignment supports one role, and the object has {len(texts)}.")
    return texts[0] if texts else None


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "Count": count,
    "Item": take_item,
    "RemoveDuplicates": remove_duplicates,
    "Split": split,
    "SelectUniqueValue": select_unique,
    "SingleAppRoleAssignment": take_single_role,
}
