"""The constraints of `spec.schema` of a SynchronizationJob."""

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

RULES = ".spec.schema.rules"
OBJECT_MAPPINGS = f"{RULES}[].objectMappings"
MAPPINGS = f"{OBJECT_MAPPINGS}[].attributeMappings"
NAME_WORDS = "A name in a schema is Graph's own. It has from 1 to 256 characters."
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


def _name(place: str, put: Any) -> Constraint:
    return text(place, put, NAME_WORDS, accepted=("userName", "with spaces: é"), refused=("",), longest=256)


DIRECTORIES = ".spec.schema.directories"
OBJECTS = f"{DIRECTORIES}[].objects"
ATTRIBUTES = f"{OBJECTS}[].attributes"
USER = {"name": "User", "attributes": [{"name": "badge"}]}
FLAGS = ("multivalued", "required", "caseExact", "anchor")


def _directories(items: list[dict[str, Any]]) -> Overlay:
    return spec(schema={"directories": items})


def _directory(name: str = "Slack", kind: str = "User", attribute: str = "badge") -> dict[str, Any]:
    return {"name": name, "objects": [{"name": kind, "attributes": [{"name": attribute}]}]}


def _objects(items: list[dict[str, Any]]) -> Overlay:
    return _directories([{"name": "Slack", "objects": items}])


def _attributes(items: list[dict[str, Any]]) -> Overlay:
    return _objects([{"name": "User", "attributes": items}])


def _attribute(**members: Any) -> Overlay:
    return _attributes([{"name": "badge", **members}])


def _of_attribute(member: str, *values: str) -> Constraint:
    return Constraint(
        f"{ATTRIBUTES}[].{member} enum",
        accepted=({}, *(_attribute(**{member: value}) for value in values)),
        refused=tuple(_attribute(**{member: odd}) for odd in ("", values[0].swapcase(), "Unheard")),
        message=f"spec.schema.directories[0].objects[0].attributes[0].{member}: Unsupported value",
    )


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
    Constraint(
        ".spec.schema rule",
        accepted=(_whole(), _directories([_directory()]), _whole(directories=[_directory()])),
        refused=(spec(schema={"approval": "Required"}), spec(schema={})),
        message="spec.schema: Give rules, directories or both.",
    ),
    size(RULES, _rules, 1, 4, _rule, "There are from 1 to 4 rules."),
    unique_items(RULES, "list-map name", _rules, _rule(1), _rule(2)),
    required(f"{RULES}[]", "name", _rules([_rule(1)]), _rules([{"objectMappings": [{"name": "Users"}]}])),
    required(f"{RULES}[]", "objectMappings", _rules([_rule(1)]), _rules([{"name": "Rule"}])),
    _name(f"{RULES}[].name", lambda text: _rules([{**_rule(1), "name": text}])),
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
    _name(f"{FILTER}.groups[].clauses[].attribute", lambda text: _clause(attribute=text)),
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
    _name(f"{OBJECT_MAPPINGS}[].name", lambda text: _object_mapping(name=text)),
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
    _name(f"{MAPPINGS}[].target", lambda text: _mapping(target=text)),
    _name(f"{MAPPINGS}[].attribute", lambda text: _mapping(attribute=text)),
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
TEST = {"name": "umlauts", "rule": "Rule1", "input": {"displayName": "x"}, "expect": {"userName": "x"}}


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
    _name(f"{TESTS}[].name", lambda text: _test(name=text)),
    _name(f"{TESTS}[].rule", lambda text: _test(rule=text)),
    _name(f"{TESTS}[].objectMapping", lambda text: _test(objectMapping=text)),
    _texts(f"{TESTS}[].input", "input", 0, "An input has at most 32 attributes, each with a name of at most 256"),
    _texts(f"{TESTS}[].expect", "expect", 1, "From 1 to 32 attributes are expected, each with a name of at most 256"),
)

ATTRIBUTE = (
    size(ATTRIBUTES, _attributes, 1, 32, lambda n: {"name": f"attribute{n}"}, "There are from 1 to 32 attributes."),
    unique_items(ATTRIBUTES, "list-map name", _attributes, {"name": "badge"}, {"name": "desk"}),
    required(f"{ATTRIBUTES}[]", "name", _attribute(), _attributes([{"type": "String"}])),
    _name(f"{ATTRIBUTES}[].name", lambda text: _attribute(name=text)),
    Constraint(
        f"{ATTRIBUTES}[] rule",
        accepted=(_attribute(ensure="Absent"), _attribute(ensure="Present", type="String")),
        refused=(
            *(_attribute(ensure="Absent", **{member: False}) for member in FLAGS),
            _attribute(ensure="Absent", type="String"),
            _attribute(ensure="Absent", mutability="ReadOnly"),
            _attribute(ensure="Absent", referencedObjects=[]),
            _attribute(ensure="Absent", apiExpressions={}),
        ),
        message="spec.schema.directories.objects.attributes: Give ensure: Absent with the name alone to remove the"
        " attribute.",
    ),
    _of_attribute("type", "String", "Integer", "Reference", "Binary", "Boolean", "DateTime"),
    _of_attribute("mutability", "ReadWrite", "ReadOnly", "Immutable", "WriteOnly"),
    _of_attribute("ensure", "Present", "Absent"),
    Constraint(
        f"{ATTRIBUTES}[].referencedObjects rule",
        accepted=(_attribute(referencedObjects=[]), _attribute(referencedObjects=[f"Kind{n}" for n in range(8)])),
        refused=(_attribute(referencedObjects=[f"Kind{n}" for n in range(9)]),),
        message="spec.schema.directories.objects.attributes.referencedObjects: An attribute refers to at most 8 kinds"
        " of objects.",
    ),
    unique_items(
        f"{ATTRIBUTES}[].referencedObjects", "set", lambda items: _attribute(referencedObjects=items), "User", "Group"
    ),
    _name(f"{ATTRIBUTES}[].referencedObjects[]", lambda text: _attribute(referencedObjects=[text])),
    Constraint(
        f"{ATTRIBUTES}[].apiExpressions rule",
        accepted=(
            _attribute(apiExpressions={}),
            _attribute(apiExpressions={f"api{n}": "x" for n in range(4)}),
            _attribute(apiExpressions={"x" * 256: "y" * 1024}),
        ),
        refused=(
            _attribute(apiExpressions={f"api{n}": "x" for n in range(5)}),
            _attribute(apiExpressions={"x" * 257: "y"}),
            _attribute(apiExpressions={"x": "y" * 1025}),
        ),
        message="spec.schema.directories.objects.attributes.apiExpressions: An attribute has at most 4 API expressions",
    ),
)

DIRECTORY = (
    size(DIRECTORIES, _directories, 1, 2, lambda n: _directory(f"Slack{n}"), "There are 1 or 2 directories."),
    unique_items(DIRECTORIES, "list-map name", _directories, _directory(), _directory("Zoom")),
    required(f"{DIRECTORIES}[]", "name", _directories([_directory()]), _directories([{"objects": [USER]}])),
    required(f"{DIRECTORIES}[]", "objects", _directories([_directory()]), _directories([{"name": "Slack"}])),
    _name(f"{DIRECTORIES}[].name", lambda text: _directories([_directory(text)])),
    size(OBJECTS, _objects, 1, 4, lambda n: USER | {"name": f"User{n}"}, "There are from 1 to 4 objects."),
    unique_items(OBJECTS, "list-map name", _objects, USER, USER | {"name": "Group"}),
    required(f"{OBJECTS}[]", "name", _objects([USER]), _objects([{"attributes": [{"name": "badge"}]}])),
    required(f"{OBJECTS}[]", "attributes", _objects([USER]), _objects([{"name": "User"}])),
    _name(f"{OBJECTS}[].name", lambda text: _directories([_directory(kind=text)])),
)

SCHEMA = (*DIRECTORY, *ATTRIBUTE, *RULE, *OBJECT_MAPPING, *SCOPING, *MAPPING, *MAPPING_TEST)
