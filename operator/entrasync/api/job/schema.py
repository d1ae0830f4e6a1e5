"""`spec.schema`: what of the job's synchronization schema belongs to this resource. All else is left alone."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from entrasync.api.constraints import Range, Size, Text, Texts
from entrasync.api.job.directories import DirectorySpec
from entrasync.api.job.schema_names import SchemaName
from entrasync.api.model import ApiModel, cel_rules, list_map, rule
from entrasync.api.policies import Ensure, FlowType, MappingFlow, SchemaApproval, SchemaBackup, ScopingMode

_SOURCES = ("attribute", "constant", "expression")
_ONE_SOURCE = "Give exactly one of attribute, constant and expression, or ensure: Absent alone to remove the mapping."
_NO_PART = "Give rules, directories or both."


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


class MappingTest(ApiModel):
    """What mappings make of the attributes of one object. Graph itself evaluates them."""

    name: SchemaName
    """Name of the test, which a failure names."""

    rule: SchemaName
    """Graph's name of the rule whose mappings are tested, such as USER_OUTBOUND_USER."""

    object_mapping: SchemaName | None = None
    """Graph's name of the object mapping. Unset: the first one of the rule that maps the attribute."""

    input: Annotated[
        dict[str, str],
        Texts(
            at_most=32,
            longest_name=256,
            longest_value=1024,
            words="An input has at most 32 attributes, each with a name of at most 256 and a value of at most 1024"
            " characters.",
        ),
    ]
    """Values of the source's attributes by name. They are stored in Kubernetes as they are: put in no secret and
    nobody's personal data."""

    expect: Annotated[
        dict[str, str],
        Texts(
            at_least=1,
            at_most=32,
            longest_name=256,
            longest_value=1024,
            words="From 1 to 32 attributes are expected, each with a name of at most 256 and a value of at most 1024"
            " characters.",
        ),
    ]
    """What shall flow into attributes of the target, by name. Several values of one attribute are written with a
    semicolon in between."""


class SchemaSpec(ApiModel):
    """What of the job's schema is this resource's. A change of it makes Entra run an initial cycle."""

    model_config = ConfigDict(json_schema_extra=cel_rules(rule("has(self.rules) || has(self.directories)", _NO_PART)))

    approval: SchemaApproval | None = None
    """Required: a change is written only when approvedDiff is equal to status.schema.diffHash. Unset or NotRequired: it
    is written at once."""

    approved_diff: (
        Annotated[
            str,
            Text(
                patterns=("^sha256:[0-9a-f]{64}$",),
                at_most=71,
                words="The approved difference is a value of status.schema.diffHash, sha256: and 64 digits.",
            ),
        ]
        | None
    ) = None
    """The status.schema.diffHash of the change that may be written."""

    backup: SchemaBackup | None = None
    """BeforeWrite or unset: the schema that there is goes into a ConfigMap of this namespace before it is changed, and
    status.schema.backups names the last three. Never: it does not."""

    directories: (
        Annotated[
            list[DirectorySpec],
            Size(at_least=1, at_most=2, words="There are 1 or 2 directories."),
            Field(json_schema_extra=list_map("name")),
        ]
        | None
    ) = None
    """The directories by name, with attributes that their objects are to have. An attribute that the application knows
    and Entra does not has to be added here before a mapping can use it. Directories not named here are left as they
    are."""

    rules: (
        Annotated[
            list[SchemaRuleSpec],
            Size(at_least=1, at_most=4, words="There are from 1 to 4 rules."),
            Field(json_schema_extra=list_map("name")),
        ]
        | None
    ) = None
    """The synchronization rules by name. Those not named here are left as they are."""

    tests: (
        Annotated[
            list[MappingTest],
            Size(at_most=64, words="There are at most 64 tests."),
            Field(json_schema_extra=list_map("name")),
        ]
        | None
    ) = None
    """Tests of mappings, also of those that the template has. Graph evaluates them before the schema is written. If one
    fails, nothing is written, and the condition Stalled says what was expected and what came out."""

    @model_validator(mode="after")
    def _has_a_part(self) -> Self:
        if self.rules is None and self.directories is None:
            raise ValueError(_NO_PART)
        return self
