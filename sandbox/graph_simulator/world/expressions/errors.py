"""Defines what can be wrong with an expression, and what of the language is not simulated."""


class ExpressionSyntaxError(ValueError):
    """An expression that is malformed. Its message says what is expected, and at which character, counted from 1."""


class EvaluationError(ValueError):
    """An expression that has no value for the object that it is tested with; the message says why."""


class UnsimulatedError(Exception):
    """A part of the language that Graph may know and that no source describes.

    `what` names it as the subject of a sentence, and `why` is a whole sentence.
    """

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} is not simulated. {why}")
        self.what, self.why = what, why
