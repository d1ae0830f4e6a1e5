"""`spec.schema`: what of the job's synchronization schema belongs to this resource. All else is left alone."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from entrasync.api.constraints import Size, Text, Texts
from entrasync.api.ids import SchemaName
from entrasync.api.model import ApiModel, cel_rules, list_map, rule
from entrasync.api.policies import (
    SchemaApproval,
    SchemaBackup,
    SchemaPolicy,
)
from entrasync.api.references import ConfigMapKeyReference
from entrasync.api.schema.directories import DirectorySpec
from entrasync.api.schema.rules import SchemaRuleSpec

_OTHER_PARTS = (
    "Give rules, directories or both with policy Merge or without a policy, from with Replace, and none of them with "
    "TemplateDefault."
)


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


class SchemaSource(ApiModel):
    """Where a whole schema is read from."""

    config_map_key_ref: ConfigMapKeyReference
    """A key of a ConfigMap of this namespace that has a schema of this job or of its template as JSON, as Graph shows
    it and as backups have it, plain or packed by gzip, of at most 5 MiB when unpacked. With the label
    entrasync.io/watch "true" on the ConfigMap, a change of it is acted on at once, else at the next poll."""


class SchemaSpec(ApiModel):
    """What of the job's schema is this resource's. A change of it makes Entra run an initial cycle."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "has(self.policy) && self.policy != 'Merge' ? !has(self.rules) && !has(self.directories)"
                " && has(self.from) == (self.policy == 'Replace')"
                " : (has(self.rules) || has(self.directories)) && !has(self.from)",
                _OTHER_PARTS,
            )
        )
    )

    policy: SchemaPolicy | None = None
    """Merge or unset: only what rules and directories name is this resource's. Replace: the whole schema is that of
    from. TemplateDefault: it is that of the job's template."""

    source: SchemaSource | None = Field(default=None, alias="from")
    """Where the whole schema is read from. Only with policy Replace."""

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
    status.schema.backups names the first and the last three. Never: it does not."""

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

    @property
    def merges(self) -> bool:
        """Whether only what spec names is changed."""
        return self.policy in {None, SchemaPolicy.MERGE}

    @model_validator(mode="after")
    def _has_the_parts_of_its_policy(self) -> Self:
        has_parts = self.rules is not None or self.directories is not None
        has_source = self.source is not None
        if has_parts != self.merges or has_source != (self.policy is SchemaPolicy.REPLACE):
            raise ValueError(_OTHER_PARTS)
        return self
