"""Parses expressions of attribute mappings (graph-facts 3.2)."""

from difflib import get_close_matches

from graph_simulator.world.expressions.catalogue import CONDITION, FUNCTIONS, Parameter, Signature, find_parameter
from graph_simulator.world.expressions.errors import ExpressionSyntaxError, UnsimulatedError
from graph_simulator.world.expressions.lexer import Token, list_tokens
from graph_simulator.world.expressions.tree import Attribute, Call, Comparison, Constant, Expression

DEEPEST = 50
"""The levels of calls in each other that are parsed. No source has a limit of Graph's."""
FEWEST_RULES = 2
"""The rules that SelectUniqueValue needs."""
WORDS = frozenset({"vbTextCompare", "vbBinaryCompare"})
"""The words without quotation marks that the reference uses."""


def parse_expression(text: str) -> Expression:
    """Parse an expression.

    Raises:
        ExpressionSyntaxError: It is malformed; the message has the position.
        UnsimulatedError: It has calls in each other more than `DEEPEST` levels deep.
    """
    return _Parser(list(list_tokens(text))).parse()


class _Parser:
    """Takes one token after the other."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0

    def parse(self) -> Expression:
        expression = self._read(self._take())
        rest = self._take()
        if rest.kind == "operator":
            raise ExpressionSyntaxError(_refuse_comparison(rest))
        if rest.kind != "end":
            problem = f"The expression should end at position {rest.position}, but {rest.describe()}."
            raise ExpressionSyntaxError(problem)
        return expression

    def _take(self) -> Token:
        token = self._tokens[min(self._place, len(self._tokens) - 1)]
        self._place += 1
        return token

    def _is_next(self, *kinds: str) -> bool:
        return self._tokens[min(self._place, len(self._tokens) - 1)].kind in kinds

    def _read(self, token: Token) -> Expression:
        """Read the operand that begins with a token."""
        match token.kind:
            case "attribute":
                return Attribute(token.value)
            case "text":
                return Constant(token.value)
            case "number":
                return Constant(token.value, is_quoted=False)
            case "word" if self._is_next("("):
                return self._read_call(token)
            case "word" if token.value in WORDS:
                return Constant(token.value, is_quoted=False)
            case "word":
                problem = f"'{token.value}' at position {token.position} is neither in brackets nor in quotation marks,"
                raise ExpressionSyntaxError(f"{problem} and no parenthesis follows it as one follows a function.")
        expected = "A function, an attribute in brackets, a text in quotation marks or a number is expected"
        raise ExpressionSyntaxError(f"{expected} at position {token.position}, but {token.describe()}.")

    def _read_call(self, name: Token) -> Expression:
        signature = FUNCTIONS.get(name.value)
        if signature is None:
            raise ExpressionSyntaxError(_refuse_function(name))
        if name.value == "SelectUniqueValue" and self._depth:
            problem = f"SelectUniqueValue at position {name.position} stands in another function."
            raise ExpressionSyntaxError(f"{problem} It must be the outermost one.")
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnsimulatedError(
                f"An expression with more than {DEEPEST} levels of functions", "No source tells how many Graph takes."
            )
        self._take()
        arguments, end = self._read_arguments(name, signature)
        self._depth -= 1
        _check_arguments(name, signature, arguments, end)
        return Call(name.value, tuple(arguments))

    def _read_arguments(self, name: Token, signature: Signature) -> tuple[list[Expression | None], Token]:
        """Read the arguments of a call, and return them with the closing parenthesis."""
        arguments: list[Expression | None] = []
        if self._is_next(")"):
            return arguments, self._take()
        while True:
            parameter = find_parameter(signature, len(arguments))
            arguments.append(None if self._is_next(",", ")") else self._read_argument(parameter))
            mark = self._take()
            if mark.kind == ")":
                return arguments, mark
            if mark.kind != ",":
                expected = f"A comma or the closing parenthesis of {name.value} is expected"
                raise ExpressionSyntaxError(f"{expected} at position {mark.position}, but {mark.describe()}.")

    def _read_argument(self, parameter: Parameter | None) -> Expression:
        left = self._read(self._take())
        if not self._is_next("operator"):
            return left
        operator = self._take()
        if parameter is None or parameter.type != CONDITION:
            raise ExpressionSyntaxError(_refuse_comparison(operator))
        return Comparison(operator.value, left, self._read(self._take()))


def _refuse_comparison(operator: Token) -> str:
    where = f"The comparison '{operator.value}' at position {operator.position}"
    return f'{where} does not stand where a condition is expected, as in IIF([a] = "b", "c", "d").'


def _refuse_function(name: Token) -> str:
    problem = f"There is no function '{name.value}', which is named at position {name.position}."
    by_lower = {known.lower(): known for known in FUNCTIONS}
    close = get_close_matches(name.value.lower(), by_lower, n=1, cutoff=0.8)
    return f"{problem} Did you mean {by_lower[close[0]]}? Names are case-sensitive." if close else problem


def _check_arguments(name: Token, signature: Signature, arguments: list[Expression | None], end: Token) -> None:
    """Check the number of arguments, and that none is left out that the function needs.

    Raises:
        ExpressionSyntaxError: The message names the function, what it needs, and a position.
    """
    where = f"{name.value} at position {name.position}"
    repeats = any(parameter.repeats for parameter in signature)
    if len(arguments) > len(signature) and not repeats:
        raise ExpressionSyntaxError(f"{where} takes {len(signature)} parameters, not {len(arguments)}.")
    for place, parameter in enumerate(signature):
        argument = arguments[place] if place < len(arguments) else None
        if argument is None and parameter.is_required:
            missing = f"its parameter {place + 1}, '{parameter.name}', which is missing before position {end.position}"
            raise ExpressionSyntaxError(f"{where} needs {missing}.")
    if name.value == "Switch":
        _check_pairs(where, arguments)
    if name.value == "SelectUniqueValue" and len(arguments) < FEWEST_RULES:
        raise ExpressionSyntaxError(f"{where} needs at least {FEWEST_RULES} rules.")


def _check_pairs(where: str, arguments: list[Expression | None]) -> None:
    if len(arguments) % 2 or None in arguments[2:]:
        problem = f"{where} needs a value for each key after its first two parameters"
        raise ExpressionSyntaxError(f"{problem}; it has {len(arguments)} parameters.")
