"""Provisions an object by a rule, and tells the steps (graph-facts 3.1 and 4.9)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph_simulator.world.expressions.arguments import EvaluationInput
from graph_simulator.world.expressions.values import list_texts
from graph_simulator.world.jobs.executions import SynchronizationError
from graph_simulator.world.provisioning.mapped import map_attributes
from graph_simulator.world.provisioning.objects import SourceObject
from graph_simulator.world.provisioning.scoping import evaluate_scope

MISSING_CODE = "EntryNotFound"
"""The code for an object that the source does not have. No source shows Graph's."""

Result = Literal["Success", "Skipped", "Failure"]
Action = Literal["Create", "Update", "Other"]
Change = tuple[str, str | None, str | None]
"""A changed attribute of the target, with its old and its new value."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a provisioning."""

    name: str
    type: Literal["Import", "Matching", "Scoping", "ReferenceResolution", "Export"]
    status: Result
    description: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is provisioned: the object, by which mapping of which rule, to what the target already has."""

    source: SourceObject
    rule: Mapping[str, Any]
    mapping: Mapping[str, Any]
    inputs: EvaluationInput
    existing: Mapping[str, str] | None
    """The attributes that the target's object has; None if there is no object."""
    is_entitled: bool
    """Whether the object is assigned, or the job synchronizes all."""
    members: tuple[str, ...] = ()
    is_missing: bool = False
    """Whether the source has no such object."""
    refusal: SynchronizationError | None = None
    """Why the target refuses; None if it does not."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt. `target` is what the target's object has then."""

    result: Result
    steps: tuple[Step, ...]
    target: Mapping[str, str] | None
    action: Action = "Other"
    changes: tuple[Change, ...] = ()
    code: str | None = None
    message: str | None = None


def provision(attempt: Attempt) -> Outcome:
    """Provision an object: import, match, check the scope, export.

    Raises:
        UnsimulatedError: The mapping's scoping filter has something that no source describes.
    """
    source, kind = attempt.source, attempt.source.type
    origin, target = attempt.rule.get("sourceDirectoryName"), attempt.rule.get("targetDirectoryName")
    if attempt.is_missing:
        missing = f"The {kind} '{source.id}' was not found in {origin}."
        failed = Step("EntryImport", "Import", "Failure", missing, {"ErrorCode": MISSING_CODE})
        return Outcome("Failure", (failed,), None, code=MISSING_CODE, message=missing)
    texts = {name: ", ".join(list_texts(value)) for name, value in source.values.items() if value is not None}
    steps = [Step("EntryImport", "Import", "Success", f"Retrieved {kind} '{source.name}' from {origin}", texts)]
    if attempt.existing is not None:
        found = f"Retrieved '{source.name}' from {target}"
        steps.append(Step("EntryImport", "Matching", "Success", found, dict(attempt.existing)))
    scoping, is_in_scope = _check_scope(attempt)
    steps.append(scoping)
    if not is_in_scope:
        reason = f"The {kind} '{source.name}' will be skipped: it is not assigned to the application, or not in scope."
        return _skip(attempt, steps, "NotEffectivelyEntitled", reason)
    if attempt.members:
        text = f"Resolved {len(attempt.members)} references of '{source.name}'"
        steps.append(Step("EntryResolveReferences", "ReferenceResolution", "Success", text))
    return _export(attempt, steps)


def _check_scope(attempt: Attempt) -> tuple[Step, bool]:
    groups = evaluate_scope(attempt.mapping.get("scope"), attempt.inputs.values)
    is_enabled = bool(attempt.mapping.get("enabled"))
    is_in_scope = attempt.is_entitled and is_enabled and (not groups or any(groups.values()))
    details = {
        "IsActive": str(not attempt.inputs.values.get("IsSoftDeleted")),
        "Assigned": str(attempt.source.is_assigned),
        "IsEffectivelyEntitledForProvisioning": str(attempt.is_entitled),
        "IsInProvisioningScopeDisplayName": str(is_in_scope),
        "ScopeEvaluationResult": json.dumps(groups),
    }
    text = f"Determine if {attempt.source.type} in scope by evaluating against each scoping filter"
    return Step("EntrySynchronizationScoping", "Scoping", "Success", text, details), is_in_scope


def _export(attempt: Attempt, steps: list[Step]) -> Outcome:
    is_new = attempt.existing is None
    before = dict(attempt.existing or {})
    mapped = map_attributes(attempt.mapping.get("attributeMappings") or [], attempt.inputs, is_new=is_new)
    if attempt.members:
        mapped["members"] = ", ".join(attempt.members)
    changes = tuple((name, before.get(name), text) for name, text in mapped.items() if before.get(name) != text)
    if not changes and not is_new:
        same = "The state of the object in both the source and target systems already match."
        return _skip(attempt, steps, "RedundantExport", same)
    action: Action = "Create" if is_new else "Update"
    step, done = ("EntryExportAdd", "created") if is_new else ("EntryExportUpdate", "updated")
    name, target = attempt.source.name, attempt.rule.get("targetDirectoryName")
    if attempt.refusal is not None:
        code, message = attempt.refusal.code, attempt.refusal.message
        failed = Step(step, "Export", "Failure", message, {"ErrorCode": code})
        return Outcome("Failure", (*steps, failed), attempt.existing, action, (), code, message)
    exported = Step(step, "Export", "Success", f"{attempt.source.type} '{name}' was {done} in {target}", mapped)
    return Outcome("Success", (*steps, exported), before | mapped, action, changes)


def _skip(attempt: Attempt, steps: list[Step], code: str, message: str) -> Outcome:
    step = Step("EntrySynchronizationSkip", "Export", "Skipped", message, {"SkipReason": code})
    return Outcome("Skipped", (*steps, step), attempt.existing, code=code, message=message)
