"""The rules of `spec.schema`: object mappings, attribute mappings and scoping filters, by name."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from entrasync.api.constraints import Range, Size, Text
from entrasync.api.ids import SchemaName
from entrasync.api.model import ApiModel, cel_rules, list_map, rule
from entrasync.api.policies import Ensure, FlowType, MappingFlow, ScopingMode

_SOURCES = ("attribute", "constant", "expression")
_ONE_SOURCE = "Give exactly one of attribute, constant and expression, or ensure: Absent alone to remove the mapping."


class AttributeMappingSpec(ApiModel):
    """What flows into one attribute of the target."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "[has(self.attribute), has(self.constant), has(self.expression), "
                "has(self.ensure) && self.ensure == 'Absent'].exists_one(given, given)",
                _ONE_SOURCE,
            )
        )
    )

    target: SchemaName
    """Name of the target's attribute, such as userName."""

    attribute: SchemaName | None = None
    """Name of the attribute of the source that flows there unchanged, such as userPrincipalName."""

    constant: Annotated[str, Text(at_most=2048, words="A constant has at most 2048 characters.")] | None = None
    """The text that flows there for everybody."""

    expression: (
        Annotated[str, Text(at_least=1, at_most=4096, words="An expression has from 1 to 4096 characters.")] | None
    ) = None
    """The expression whose result flows there, as the portal shows it, such as ToLower([userPrincipalName]). Graph
    itself reads it, and its error is quoted in the condition Stalled."""

    default_value: Annotated[str, Text(at_most=2048, words="A default value has at most 2048 characters.")] | None = (
        None
    )
    """What flows there if the source has nothing. Unset: it is left as it is, and is empty in a new mapping."""

    flow: MappingFlow | None = None
    """When the value flows. Unset: it is left as it is, and is Always in a new mapping."""

    matching_priority: (
        Annotated[int, Range(at_least=0, at_most=100, words="A matching priority is a number from 0 to 100.")] | None
    ) = None
    """From 1 on: objects of both sides are matched by this attribute, the lowest number first. 0: they are not. Unset:
    it is left as it is, and is 0 in a new mapping."""

    ensure: Ensure | None = None
    """Absent: the mapping is removed. Unset or Present: it is there."""

    @property
    def is_absent(self) -> bool:
        """Whether the mapping shall not be there."""
        return self.ensure is Ensure.ABSENT

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        given = [getattr(self, name) is not None for name in _SOURCES]
        if [*given, self.is_absent].count(True) != 1:
            raise ValueError(_ONE_SOURCE)
        return self


class ScopingClause(ApiModel):
    """One condition on an object of the source."""

    attribute: SchemaName
    """Name of the attribute of the source, such as department."""

    operator: Annotated[
        str,
        Text(
            at_least=1,
            at_most=64,
            words="An operator is Graph's own, such as EQUALS. It has from 1 to 64 characters.",
        ),
    ]
    """Graph's name of the operator, such as EQUALS or IS NOT NULL."""

    value: Annotated[str, Text(at_most=1024, words="A value has at most 1024 characters.")] | None = None
    """What the attribute is compared with. Unset: the operator takes no value."""


class ScopingGroup(ApiModel):
    """Conditions that must all hold."""

    clauses: Annotated[
        list[ScopingClause],
        Size(at_least=1, at_most=8, words="There are from 1 to 8 clauses."),
        Field(json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ]
    """The conditions."""


class ScopingFilterSpec(ApiModel):
    """Which objects of a kind are provisioned."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule("has(self.groups) == (self.mode == 'Groups')", "Give groups with mode Groups, and only then.")
        )
    )

    mode: ScopingMode
    """Groups: those for which all clauses of one of the groups hold. None: all, and a filter that there is is removed.
    Objects that leave the scope are removed from the target, unless outOfScopeDeletions says otherwise."""

    groups: (
        Annotated[
            list[ScopingGroup],
            Size(at_least=1, at_most=4, words="There are from 1 to 4 groups."),
            Field(json_schema_extra={"x-kubernetes-list-type": "atomic"}),
        ]
        | None
    ) = None
    """Groups of clauses, of which one must hold."""

    @model_validator(mode="after")
    def _has_groups_where_they_count(self) -> Self:
        if (self.groups is not None) != (self.mode is ScopingMode.GROUPS):
            raise ValueError("Give groups with mode Groups, and only then.")
        return self


class ObjectMappingSpec(ApiModel):
    """How objects of one kind are provisioned, such as users."""

    name: SchemaName
    """Graph's name of the object mapping, such as Provision Azure Active Directory Users."""

    enabled: bool | None = None
    """Whether objects of this kind are provisioned at all. Unset: it is left as it is."""

    flow_types: (
        Annotated[
            list[FlowType],
            Size(at_least=1, at_most=3, words="There are from 1 to 3 flow types: Add, Update and Delete."),
            Field(json_schema_extra={"x-kubernetes-list-type": "set"}),
        ]
        | None
    ) = None
    """What is done in the target: Add, Update, Delete. Unset: it is left as it is."""

    scoping_filter: ScopingFilterSpec | None = None
    """Which objects are provisioned. Unset: it is left as it is."""

    attribute_mappings: (
        Annotated[
            list[AttributeMappingSpec],
            Size(at_most=128, words="There are at most 128 attribute mappings."),
            Field(json_schema_extra=list_map("target")),
        ]
        | None
    ) = None
    """The mappings by target attribute. Those not named here are left as they are."""


class SchemaRuleSpec(ApiModel):
    """One synchronization rule: from which directory to which other one."""

    name: SchemaName
    """Graph's name of the rule, such as USER_OUTBOUND_USER."""

    object_mappings: Annotated[
        list[ObjectMappingSpec],
        Size(at_least=1, at_most=8, words="There are from 1 to 8 object mappings."),
        Field(json_schema_extra=list_map("name")),
    ]
    """The object mappings by name. Those not named here are left as they are."""
