"""The constraints of `spec.schema.directories` of a SynchronizationJob."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    Put,
    required,
    size,
    spec,
    text,
    unique_items,
)

NAME_WORDS = "A name in a schema is Graph's own. It has from 1 to 256 characters."

DIRECTORIES = ".spec.schema.directories"
OBJECTS = f"{DIRECTORIES}[].objects"
ATTRIBUTES = f"{OBJECTS}[].attributes"
USER = {"name": "User", "attributes": [{"name": "badge"}]}
FLAGS = ("multivalued", "required", "caseExact", "anchor")


def directories_of(items: list[dict[str, Any]]) -> Overlay:
    """Put directories into the schema of a spec."""
    return spec(schema={"directories": items})


def directory_of(name: str = "Slack", kind: str = "User", attribute: str = "badge") -> dict[str, Any]:
    """Return a directory with one attribute of one object."""
    return {"name": name, "objects": [{"name": kind, "attributes": [{"name": attribute}]}]}


def _objects(items: list[dict[str, Any]]) -> Overlay:
    return directories_of([{"name": "Slack", "objects": items}])


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


def schema_name(place: str, put: Put) -> Constraint:
    """Constrain a field to names in a schema."""
    return text(place, put, NAME_WORDS, accepted=("userName", "with spaces: é"), refused=("",), longest=256)


ATTRIBUTE = (
    size(ATTRIBUTES, _attributes, 1, 32, lambda n: {"name": f"attribute{n}"}, "There are from 1 to 32 attributes."),
    unique_items(ATTRIBUTES, "list-map name", _attributes, {"name": "badge"}, {"name": "desk"}),
    required(f"{ATTRIBUTES}[]", "name", _attribute(), _attributes([{"type": "String"}])),
    schema_name(f"{ATTRIBUTES}[].name", lambda text: _attribute(name=text)),
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
    schema_name(f"{ATTRIBUTES}[].referencedObjects[]", lambda text: _attribute(referencedObjects=[text])),
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
    *ATTRIBUTE,
    size(DIRECTORIES, directories_of, 1, 2, lambda n: directory_of(f"Slack{n}"), "There are 1 or 2 directories."),
    unique_items(DIRECTORIES, "list-map name", directories_of, directory_of(), directory_of("Zoom")),
    required(f"{DIRECTORIES}[]", "name", directories_of([directory_of()]), directories_of([{"objects": [USER]}])),
    required(f"{DIRECTORIES}[]", "objects", directories_of([directory_of()]), directories_of([{"name": "Slack"}])),
    schema_name(f"{DIRECTORIES}[].name", lambda text: directories_of([directory_of(text)])),
    size(OBJECTS, _objects, 1, 4, lambda n: USER | {"name": f"User{n}"}, "There are from 1 to 4 objects."),
    unique_items(OBJECTS, "list-map name", _objects, USER, USER | {"name": "Group"}),
    required(f"{OBJECTS}[]", "name", _objects([USER]), _objects([{"attributes": [{"name": "badge"}]}])),
    required(f"{OBJECTS}[]", "attributes", _objects([USER]), _objects([{"name": "User"}])),
    schema_name(f"{OBJECTS}[].name", lambda text: directories_of([directory_of(kind=text)])),
)
