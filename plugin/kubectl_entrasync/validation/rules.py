"""The rules of a CRD in CEL, run by Google's own CEL, which has RE2 and the functions on texts that Kubernetes adds."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext.ext_strings import ExtStrings

from kubectl_entrasync.validation.fault import Fault, Place, invalid
from kubectl_entrasync.validation.schema_check import Schema, walk

VALIDATIONS = "x-kubernetes-validations"

_OLD_SELF = re.compile(r"\boldSelf\b")

Rule = Mapping[str, str]


def check_rules(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    """Find what the rules refuse. Rules about a change are left out, because there is no object before."""
    for guarded, found, where in walk(schema, value, place):
        for rule in guarded.get(VALIDATIONS, ()):
            if not _OLD_SELF.search(rule["rule"]):
                yield from _check(rule, found, where)


def _check(rule: Rule, value: Any, place: Place) -> Iterator[Fault]:
    verdict = compile_rule(rule["rule"]).eval(data={"self": value})
    if verdict.type() == cel.Type.BOOL and verdict.value():
        return
    words = _word(rule, value)
    if verdict.type() == cel.Type.ERROR:
        words = f"{verdict.value()} evaluating rule: {words}"
    for name in filter(None, rule.get("fieldPath", "").split(".")):
        place = place.member(name)
    yield invalid(place, value, words)


def _word(rule: Rule, value: Any) -> str:
    """Return the words of a refusal. Those of a messageExpression come first, if it gives a text."""
    if "messageExpression" in rule:
        text = compile_rule(rule["messageExpression"]).eval(data={"self": value})
        if text.type() == cel.Type.STRING and text.value().strip():
            return str(text.value())
    return rule.get("message") or f"failed rule: {rule['rule']}"


@cache
def compile_rule(text: str) -> cel.Expression:
    """Compile an expression, once for all objects."""
    return _open_environment().compile(text)


@cache
def _open_environment() -> cel.Env:
    return cel.NewEnv(variables={"self": cel.Type.DYN}, extensions=[ExtStrings()])
