"""The constraints of `spec.schema` of a SynchronizationJob."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    number,
    object_name,
    one_of,
    required,
    size,
    spec,
    text,
    unique_items,
)
from tests.cluster.constraints.directories import DIRECTORY, directories_of, directory_of, schema_name

RULES = ".spec.schema.rules"
OBJECT_MAPPINGS = f"{RULES}[].objectMappings"
MAPPINGS = f"{OBJECT_MAPPINGS}[].attributeMappings"
HASH = f"sha256:{'0' * 64}"

USER_NAME = {"target": "userName", "attribute": "mail"}


def _rules(items: list[dict[str, Any]], **more: Any) -> Overlay:
    return spec(schema={"rules": items, **more})


def _object_mappings(items: list[dict[str, Any]]) -> Overlay:
    return _rules([{"name": "Rule", "objectMappings": items}])


def _object_mapping(**members: Any) -> Overlay:
    return _object_mappings([{"name": "Users", **members}])


def _mappings(items: list[dict[str, Any]]) -> Overlay:
    return _object_mapping(attributeMappings=items)


def _mapping(**members: Any) -> Overlay:
    return _mappings([USER_NAME | members])


def _source(**members: Any) -> Overlay:
    return _mappings([{"target": "userName", **members}])


def _whole(**members: Any) -> Overlay:
    return _rules([_rule(1)], **members)


def _rule(number: int) -> dict[str, Any]:
    return {"name": f"Rule{number}", "objectMappings": [{"name": "Users"}]}


SOURCE = {"configMapKeyRef": {"name": "exported", "key": "schema.json.gz"}}
TEST = {"name": "umlauts", "rule": "Rule1", "input": {"displayName": "x"}, "expect": {"userName": "x"}}


def _replaced(**members: Any) -> Overlay:
    return spec(schema={"policy": "Replace", "from": SOURCE, **members})


def _from(reference: dict[str, Any]) -> dict[str, Any]:
    return {"from": {"configMapKeyRef": reference}}


def _reference(**members: Any) -> Overlay:
    return _replaced(**_from(SOURCE["configMapKeyRef"] | members))


POLICIES = {
    "Merge": _whole(policy="Merge"),
    "Replace": _replaced(),
    "TemplateDefault": spec(schema={"policy": "TemplateDefault"}),
}

RULE = (
    one_of(".spec.schema.approval", lambda text: _whole(approval=text), "NotRequired", "Required"),
    one_of(".spec.schema.backup", lambda text: _whole(backup=text), "BeforeWrite", "Never"),
    text(
        ".spec.schema.approvedDiff",
        lambda text: _whole(approvedDiff=text),
        "The approved difference is a value of status.schema.diffHash, sha256: and 64 digits.",
        accepted=(HASH,),
        refused=("", "sha256:", HASH[:-1], HASH.upper(), f"{HASH}\n"),
        longest=len(HASH),
    ),
    one_of(".spec.schema.policy", lambda text: POLICIES.get(text, _whole(policy=text)), *POLICIES),
    Constraint(
        ".spec.schema rule",
        accepted=(
            _whole(),
            directories_of([directory_of()]),
            _whole(directories=[directory_of()]),
            *POLICIES.values(),
            _replaced(tests=[TEST]),
        ),
        refused=(
            spec(schema={"approval": "Required"}),
            spec(schema={}),
            spec(schema={"policy": "Merge"}),
            _whole(**{"from": SOURCE}),
            spec(schema={"policy": "Replace"}),
            _replaced(rules=[_rule(1)]),
            _replaced(directories=[directory_of()]),
            _whole(policy="TemplateDefault"),
            spec(schema={"policy": "TemplateDefault", "from": SOURCE}),
            spec(schema={"policy": "TemplateDefault", "directories": [directory_of()]}),
        ),
        message="spec.schema: Give rules, directories or both with policy Merge or without a policy, from with Replace,"
        " and none of them with TemplateDefault.",
    ),
    required(".spec.schema.from", "configMapKeyRef", _replaced(), _replaced(**{"from": {}})),
    required(".spec.schema.from.configMapKeyRef", "name", _reference(), _replaced(**_from({"key": "schema.json"}))),
    required(".spec.schema.from.configMapKeyRef", "key", _reference(), _replaced(**_from({"name": "exported"}))),
    object_name(".spec.schema.from.configMapKeyRef.name", lambda text: _reference(name=text)),
    text(
        ".spec.schema.from.configMapKeyRef.key",
        lambda text: _reference(key=text),
        "A key of a ConfigMap is written like schema.json.gz. It has from 1 to 253 letters, digits, -, _ and dots.",
        accepted=("schema.json", "A_b-1"),
        refused=("", "a/b", "a b", "é", "x\n"),
        longest=253,
    ),
    size(RULES, _rules, 1, 4, _rule, "There are from 1 to 4 rules."),
    unique_items(RULES, "list-map name", _rules, _rule(1), _rule(2)),
    required(f"{RULES}[]", "name", _rules([_rule(1)]), _rules([{"objectMappings": [{"name": "Users"}]}])),
    required(f"{RULES}[]", "objectMappings", _rules([_rule(1)]), _rules([{"name": "Rule"}])),
    schema_name(f"{RULES}[].name", lambda text: _rules([{**_rule(1), "name": text}])),
)

FILTER = f"{OBJECT_MAPPINGS}[].scopingFilter"
CLAUSE = {"attribute": "department", "operator": "EQUALS", "value": "Sales"}


def _groups(items: list[dict[str, Any]]) -> Overlay:
    return _object_mapping(scopingFilter={"mode": "Groups", "groups": items})


def _clauses(items: list[dict[str, Any]]) -> Overlay:
    return _groups([{"clauses": items}])


def _clause(**members: Any) -> Overlay:
    return _clauses([CLAUSE | members])


SCOPING = (
    Constraint(
        f"{FILTER} rule",
        accepted=(_clauses([CLAUSE]), _object_mapping(scopingFilter={"mode": "None"})),
        refused=(
            _object_mapping(scopingFilter={"mode": "Groups"}),
            _object_mapping(scopingFilter={"mode": "None", "groups": [{"clauses": [CLAUSE]}]}),
        ),
        message="spec.schema.rules.objectMappings.scopingFilter: Give groups with mode Groups, and only then.",
    ),
    Constraint(
        f"{FILTER} required mode",
        accepted=(_clauses([CLAUSE]),),
        refused=(_object_mapping(scopingFilter={"groups": [{"clauses": [CLAUSE]}]}),),
        message="spec.schema.rules[0].objectMappings[0].scopingFilter.mode: Required value",
    ),
    Constraint(
        f"{FILTER}.mode enum",
        accepted=(_object_mapping(scopingFilter={"mode": "None"}), _clauses([CLAUSE])),
        refused=tuple(_object_mapping(scopingFilter={"mode": odd}) for odd in ("", "none", "Unheard")),
        message="spec.schema.rules[0].objectMappings[0].scopingFilter.mode: Unsupported value",
    ),
    size(f"{FILTER}.groups", _groups, 1, 4, lambda _: {"clauses": [CLAUSE]}, "There are from 1 to 4 groups."),
    required(f"{FILTER}.groups[]", "clauses", _clauses([CLAUSE]), _groups([{}])),
    size(f"{FILTER}.groups[].clauses", _clauses, 1, 8, lambda _: CLAUSE, "There are from 1 to 8 clauses."),
    required(f"{FILTER}.groups[].clauses[]", "attribute", _clause(), _clauses([{"operator": "IS NULL"}])),
    required(f"{FILTER}.groups[].clauses[]", "operator", _clause(), _clauses([{"attribute": "mail"}])),
    schema_name(f"{FILTER}.groups[].clauses[].attribute", lambda text: _clause(attribute=text)),
    text(
        f"{FILTER}.groups[].clauses[].operator",
        lambda text: _clause(operator=text),
        "An operator is Graph's own, such as EQUALS. It has from 1 to 64 characters.",
        accepted=("EQUALS", "IS NOT NULL", "!&"),
        refused=("",),
        longest=64,
    ),
    text(
        f"{FILTER}.groups[].clauses[].value",
        lambda text: _clause(value=text),
        "A value has at most 1024 characters.",
        accepted=("Sales", ""),
        longest=1024,
    ),
)

OBJECT_MAPPING = (
    size(
        OBJECT_MAPPINGS,
        _object_mappings,
        1,
        8,
        lambda n: {"name": f"Users{n}"},
        "There are from 1 to 8 object mappings.",
    ),
    unique_items(OBJECT_MAPPINGS, "list-map name", _object_mappings, {"name": "Users"}, {"name": "Groups"}),
    required(f"{OBJECT_MAPPINGS}[]", "name", _object_mapping(), _object_mappings([{"enabled": True}])),
    schema_name(f"{OBJECT_MAPPINGS}[].name", lambda text: _object_mapping(name=text)),
    Constraint(
        f"{OBJECT_MAPPINGS}[].flowTypes rule",
        accepted=(_object_mapping(flowTypes=["Add"]), _object_mapping(flowTypes=["Delete", "Update", "Add"])),
        refused=(_object_mapping(flowTypes=[]),),
        message="spec.schema.rules.objectMappings.flowTypes: There are from 1 to 3 flow types: Add, Update and Delete.",
    ),
    unique_items(
        f"{OBJECT_MAPPINGS}[].flowTypes", "set", lambda items: _object_mapping(flowTypes=items), "Add", "Update"
    ),
    Constraint(
        f"{OBJECT_MAPPINGS}[].flowTypes[] enum",
        accepted=({}, _object_mapping(flowTypes=["Add", "Update", "Delete"])),
        refused=tuple(_object_mapping(flowTypes=[odd]) for odd in ("", "add", "None")),
        message="spec.schema.rules[0].objectMappings[0].flowTypes[0]: Unsupported value",
    ),
)

MAPPING = (
    size(
        MAPPINGS,
        _mappings,
        0,
        128,
        lambda n: {"target": f"attribute{n}", "attribute": "mail"},
        "There are at most 128 attribute mappings.",
    ),
    unique_items(MAPPINGS, "list-map target", _mappings, USER_NAME, {"target": "title", "attribute": "jobTitle"}),
    required(f"{MAPPINGS}[]", "target", _mapping(), _mappings([{"attribute": "mail"}])),
    Constraint(
        f"{MAPPINGS}[] rule",
        accepted=(
            _source(attribute="mail"),
            _source(constant=""),
            _source(expression="ToLower([mail])"),
            _source(attribute="mail", ensure="Present"),
            _source(ensure="Absent"),
        ),
        refused=(
            _source(),
            _source(ensure="Present"),
            _source(attribute="mail", constant="x"),
            _source(constant="x", expression="y"),
            _source(attribute="mail", ensure="Absent"),
        ),
        message="spec.schema.rules.objectMappings.attributeMappings: Give exactly one of attribute, constant and"
        " expression, or ensure: Absent alone to remove the mapping.",
    ),
    schema_name(f"{MAPPINGS}[].target", lambda text: _mapping(target=text)),
    schema_name(f"{MAPPINGS}[].attribute", lambda text: _mapping(attribute=text)),
    text(
        f"{MAPPINGS}[].constant",
        lambda text: _source(constant=text),
        "A constant has at most 2048 characters.",
        accepted=("x", ""),
        longest=2048,
    ),
    text(
        f"{MAPPINGS}[].expression",
        lambda text: _source(expression=text),
        "An expression has from 1 to 4096 characters.",
        accepted=("ToLower([mail])",),
        refused=("",),
        longest=4096,
    ),
    text(
        f"{MAPPINGS}[].defaultValue",
        lambda text: _mapping(defaultValue=text),
        "A default value has at most 2048 characters.",
        accepted=("x", ""),
        longest=2048,
    ),
    one_of(
        f"{MAPPINGS}[].flow",
        lambda text: _mapping(flow=text),
        *("Always", "ObjectAddOnly", "MultiValueAddOnly", "ValueAddOnly", "AttributeAddOnly"),
    ),
    number(
        f"{MAPPINGS}[].matchingPriority",
        lambda number: _mapping(matchingPriority=number),
        0,
        100,
        "A matching priority is a number from 0 to 100.",
    ),
    Constraint(
        f"{MAPPINGS}[].ensure enum",
        accepted=({}, _mapping(ensure="Present"), _source(ensure="Absent")),
        refused=tuple(_mapping(ensure=odd) for odd in ("", "absent", "Unheard")),
        message="spec.schema.rules[0].objectMappings[0].attributeMappings[0].ensure: Unsupported value",
    ),
)

TESTS = ".spec.schema.tests"


def _tests(items: list[dict[str, Any]]) -> Overlay:
    return _whole(tests=items)


def _test(**members: Any) -> Overlay:
    return _tests([TEST | members])


def _without(member: str) -> Overlay:
    return _tests([{name: value for name, value in TEST.items() if name != member}])


def _texts(place: str, member: str, least: int, words: str) -> Constraint:
    def put(value: dict[str, str]) -> Overlay:
        return _test(**{member: value})

    full, over = ({f"attribute{n}": "x" for n in range(count)} for count in (32, 33))
    too_few: tuple[dict[str, str], ...] = ({},) if least else ()
    too_long = ({"x": "y" * 1025}, {"x" * 257: "y"})
    return Constraint(
        f"{place} rule",
        accepted=tuple(map(put, (full, {"x" * 256: "y" * 1024}, {"x": ""}))),
        refused=tuple(map(put, (over, *too_few, *too_long))),
        message=f"spec.schema.tests.{member}: {words}",
    )


MAPPING_TEST = (
    size(TESTS, _tests, 0, 64, lambda n: TEST | {"name": f"test {n}"}, "There are at most 64 tests."),
    unique_items(TESTS, "list-map name", _tests, TEST, TEST | {"name": "another"}),
    *(required(f"{TESTS}[]", member, _test(), _without(member)) for member in TEST),
    schema_name(f"{TESTS}[].name", lambda text: _test(name=text)),
    schema_name(f"{TESTS}[].rule", lambda text: _test(rule=text)),
    schema_name(f"{TESTS}[].objectMapping", lambda text: _test(objectMapping=text)),
    _texts(f"{TESTS}[].input", "input", 0, "An input has at most 32 attributes, each with a name of at most 256"),
    _texts(f"{TESTS}[].expect", "expect", 1, "From 1 to 32 attributes are expected, each with a name of at most 256"),
)

SCHEMA = (*DIRECTORY, *RULE, *OBJECT_MAPPING, *SCOPING, *MAPPING, *MAPPING_TEST)
