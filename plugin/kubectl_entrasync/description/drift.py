"""How Graph differs from the spec, and what was last put right."""

from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.core.decision.action import Difference
from entrasync.core.record.difference_records import write_difference
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section, drop_absent, write_moment, write_optional_time

MOST_DIFFERENCES = 8
"""So many differences are drawn. The data has all that the status has."""

_TELLING = ((ConditionType.DRIFTED, True), (ConditionType.APPLIED, False), (ConditionType.SCHEDULE_APPLIED, False))
"""The conditions that tell of a difference, each with the status that does."""


def describe_drift(facts: JobFacts) -> Section:
    """Say whether Graph matches the spec, and what was found changed by somebody else."""
    lines = [*_describe_conditions(facts), *_describe_schema(facts)]
    if not lines:
        lines = [Line("Now", _judge(facts))]
    return Section("drift", "Drift", _write(facts), (*lines, *_describe_last(facts)))


def _judge(facts: JobFacts) -> str:
    if facts.record.is_true(ConditionType.APPLIED):
        return "none: Graph matches the spec"
    return "not known: the operator has not compared this generation of the spec"


def _describe_conditions(facts: JobFacts) -> list[Line]:
    conditions = facts.record.conditions
    told = [conditions[kind] for kind, status in _TELLING if kind in conditions and conditions[kind].is_true is status]
    return [Line(str(each.reason), each.message, "yellow") for each in told]


def _describe_schema(facts: JobFacts) -> list[Line]:
    schema = facts.record.schema
    if not schema.differences:
        return []
    lines = [Line("Schema", f"{schema.count or len(schema.differences)} differences", "yellow")]
    lines += _list_differences(schema.differences)
    if schema.diff_hash:
        lines.append(Line("", f'To approve them, set spec.schema.approvedDiff to "{schema.diff_hash}".'))
    return lines


def _list_differences(differences: tuple[Difference, ...]) -> list[Line]:
    lines = [Line("", _write_line(each)) for each in differences[:MOST_DIFFERENCES]]
    more = len(differences) - MOST_DIFFERENCES
    return [*lines, Line("", f"and {more} more")] if more > 0 else lines


def _write_line(difference: Difference) -> str:
    written = write_difference(difference)
    if written.get("wanted") is None and written.get("found") is None:
        return str(written["field"])
    return f"{written['field']}: wants {written.get('wanted', 'none')}, Graph has {written.get('found', 'none')}"


def _describe_last(facts: JobFacts) -> list[Line]:
    last = facts.record.last_drift
    if last is None:
        return []
    when = f" {write_moment(last.time, facts.now)}" if last.time else ""
    return [Line("Last put right", f"changed by somebody else, corrected{when}"), *_list_differences(last.differences)]


def _write(facts: JobFacts) -> dict[str, Any]:
    conditions, schema, last = facts.record.conditions, facts.record.schema, facts.record.last_drift
    applied, drifted = conditions.get(ConditionType.APPLIED), conditions.get(ConditionType.DRIFTED)
    return drop_absent(
        {
            "applied": applied.is_true if applied else None,
            "drifted": drifted.is_true if drifted else None,
            "messages": [line.text for line in _describe_conditions(facts)],
            "schema": drop_absent(
                {
                    "count": schema.count or None,
                    "diffHash": schema.diff_hash,
                    "differences": [write_difference(each) for each in schema.differences],
                }
            ),
            "last": drop_absent(
                {
                    "time": write_optional_time(last.time),
                    "differences": [write_difference(each) for each in last.differences],
                }
            )
            if last
            else None,
        }
    )
