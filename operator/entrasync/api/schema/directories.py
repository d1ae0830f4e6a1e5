"""`spec.schema.directories`: attributes that a directory of the job's schema is to have."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from entrasync.api.constraints import Size, Texts
from entrasync.api.ids import SchemaName
from entrasync.api.model import ApiModel, cel_rules, list_map, rule
from entrasync.api.policies import AttributeType, Ensure, Mutability

_MEMBERS = (
    "type",
    "multivalued",
    "required",
    "caseExact",
    "anchor",
    "mutability",
    "referencedObjects",
    "apiExpressions",
)
_ABSENT_ALONE = "Give ensure: Absent with the name alone to remove the attribute."


class AttributeSpec(ApiModel):
    """An attribute of an object of a directory."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "!has(self.ensure) || self.ensure != 'Absent' || !("
                + " || ".join(f"has(self.{member})" for member in _MEMBERS)
                + ")",
                _ABSENT_ALONE,
            )
        )
    )

    name: SchemaName
    """Name of the attribute as the application knows it, such as
    urn:ietf:params:scim:schemas:extension:contoso:2.0:User:badge."""

    type: AttributeType | None = None
    """Type of its values. Unset: it is left as it is, and is String in a new attribute."""

    multivalued: bool | None = None
    """Whether it has several values. Unset: it is left as it is, and is false in a new attribute."""

    required: bool | None = None
    """Whether an object needs it. Unset: it is left as it is, and is false in a new attribute."""

    case_exact: bool | None = None
    """Whether upper and lower case differ in its values. Unset: it is left as it is, and is false in a new
    attribute."""

    anchor: bool | None = None
    """Whether its value identifies an object and never changes (Primary Key in the portal). Unset: it is left as it is,
    and is false in a new attribute."""

    mutability: Mutability | None = None
    """Whether it can be read and written. Unset: it is left as it is, and is ReadWrite in a new attribute."""

    referenced_objects: (
        Annotated[
            list[SchemaName],
            Size(at_most=8, words="An attribute refers to at most 8 kinds of objects."),
            Field(json_schema_extra={"x-kubernetes-list-type": "set"}),
        ]
        | None
    ) = None
    """For the type Reference, the kinds of objects that it refers to, such as User. Unset: they are left as they
    are."""

    api_expressions: (
        Annotated[
            dict[str, str],
            Texts(
                at_most=4,
                longest_name=256,
                longest_value=1024,
                words="An attribute has at most 4 API expressions, each with a name of at most 256 and a text of at"
                " most 1024 characters.",
            ),
        ]
        | None
    ) = None
    """How the connector finds it at the application, by the name of the API, such as an XPath of Workday. Unset: they
    are left as they are."""

    ensure: Ensure | None = None
    """Absent: the attribute is removed. Unset or Present: it is there."""

    @property
    def is_absent(self) -> bool:
        """Whether the attribute shall not be there."""
        return self.ensure is Ensure.ABSENT

    @model_validator(mode="after")
    def _is_absent_alone(self) -> Self:
        if self.is_absent and len(self.model_fields_set - {"name", "ensure"}) > 0:
            raise ValueError(_ABSENT_ALONE)
        return self


class DirectoryObjectSpec(ApiModel):
    """An object of a directory, such as its users."""

    name: SchemaName
    """Graph's name of the object, such as User."""

    attributes: Annotated[
        list[AttributeSpec],
        Size(at_least=1, at_most=32, words="There are from 1 to 32 attributes."),
        Field(json_schema_extra=list_map("name")),
    ]
    """The attributes by name. Those not named here are left as they are."""


class DirectorySpec(ApiModel):
    """A directory of the schema: the source or the target."""

    name: SchemaName
    """Graph's name of the directory, such as customappsso. The target is usually the only one that may be changed."""

    objects: Annotated[
        list[DirectoryObjectSpec],
        Size(at_least=1, at_most=4, words="There are from 1 to 4 objects."),
        Field(json_schema_extra=list_map("name")),
    ]
    """The objects by name. Those not named here are left as they are."""
