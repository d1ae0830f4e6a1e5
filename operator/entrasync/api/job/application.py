"""`spec.application`: what belongs to the service principal and all of its jobs, and is sent to Graph as secrets."""

from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from entrasync.api.constraints import Range, Size, Text, Time
from entrasync.api.job.secret_keys import KEYS_WITH_FIELDS, SENSITIVE_KEYS, SecretKey
from entrasync.api.model import ApiModel, cel_rules, list_map, rule
from entrasync.api.policies import (
    CredentialValidation,
    OnCredentialDelete,
    OtherKeys,
    OutOfScopeDeletions,
    ProvisioningScope,
)
from entrasync.api.references import SecretKeyReference


class ValueSource(ApiModel):
    """Where a value comes from. Exactly one member is given."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "has(self.secretKeyRef)",
                "Give secretKeyRef (a key of a Secret).",
            )
        )
    )

    secret_key_ref: SecretKeyReference | None = None
    """A key of a Secret in the namespace of this resource. The Secret must carry the label entrasync.io/watch: "true";
    a change of it then reaches Graph within seconds. A line break at the end of the value is not sent."""


_SENSITIVE = ", ".join(f"'{key}'" for key in SENSITIVE_KEYS)


class CredentialEntry(ApiModel):
    """One value that Entra uses at the target app."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "has(self.value) != has(self.valueFrom)",
                "Give exactly one of value or valueFrom.",
            ),
            rule(
                f"!(self.key in [{_SENSITIVE}]) || has(self.valueFrom)",
                "This key is a secret. Give it by valueFrom.secretKeyRef and not as value, where everybody who may read"
                " this resource would see it.",
            ),
            *(
                rule(f"self.key != '{key}'", f"{key} has a field of its own. Use {field} instead.")
                for key, field in KEYS_WITH_FIELDS.items()
            ),
        )
    )

    key: SecretKey
    """Graph's name of the value, such as BaseAddress (the tenant URL of a SCIM app) or SecretToken."""

    value: Annotated[str, Text(at_least=1, at_most=8192, words="A value has from 1 to 8192 characters.")] | None = None
    """The value itself, for what is no secret."""

    value_from: ValueSource | None = None
    """Where the value is read from, for secrets."""

    @model_validator(mode="after")
    def _is_no_field_of_its_own_and_has_one_source(self) -> Self:
        if self.key in KEYS_WITH_FIELDS:
            raise ValueError(f"{self.key} has a field of its own. Use {KEYS_WITH_FIELDS[self.key]} instead.")
        if (self.value is None) == (self.value_from is None):
            raise ValueError("Give exactly one of value and valueFrom.")
        if self.key in SENSITIVE_KEYS and self.value is not None:
            raise ValueError(f"{self.key} is a secret. Give it by valueFrom.")
        return self


class CredentialsSpec(ApiModel):
    """What Entra needs to reach the target app. Keys that are not named here are left as they are."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "has(self.entries) || has(self.otherKeys)",
                "Give entries (what Entra needs to reach the app) or otherKeys.",
            )
        )
    )

    entries: (
        Annotated[
            list[CredentialEntry],
            Size(at_least=1, at_most=32, words="There are from 1 to 32 entries. To save none, leave entries out."),
            Field(json_schema_extra=list_map("key")),
        ]
        | None
    ) = None
    """The values by key. A key that is taken out of this list is removed from Graph if the operator put it there."""

    validation: CredentialValidation | None = None
    """BeforeSave: Graph tries the values at the target app first, and refused ones are not saved. Never: they are saved
    untried, for apps whose test does not work. Unset: BeforeSave."""

    other_keys: OtherKeys | None = None
    """Keys that are not named here and whose values Graph masks. Graph may replace all secrets when some are saved, and
    the operator can't send these again. Protect: nothing of spec.application is saved while there are such keys.
    Overwrite: it is saved, and they may be lost. Unset: Protect."""

    on_delete: OnCredentialDelete | None = None
    """What becomes of the saved values when this resource is deleted. Keep: they stay. Remove: those named here are
    removed from Graph. Unset: Keep."""

    @property
    def given(self) -> list[CredentialEntry]:
        """The entries, none if there are none."""
        return self.entries or []


MAIL_PATTERN = '^[^@\\s,;"<>]{1,64}@[^@\\s,;"<>]{1,255}$'
MailAddress = Annotated[
    str,
    Text(
        patterns=(MAIL_PATTERN,),
        at_most=320,
        words="A recipient is one mail address such as iam@example.com, without a name and without < >. Each has an"
        " item of its own.",
    ),
]


class NotificationsSpec(ApiModel):
    """To whom Entra writes when a job goes into quarantine."""

    recipients: Annotated[
        list[MailAddress],
        Size(at_most=10, words="There are at most 10 recipients. For more, give the address of a group."),
        Field(json_schema_extra={"x-kubernetes-list-type": "set"}),
    ]
    """Mail addresses. An empty list turns the mails off."""


EpisodeTime = Annotated[
    AwareDatetime,
    Time(
        "The time at which the quarantine began is written as status.synchronizationStatus.quarantine.seriesBegan has"
        " it, such as 2026-11-21T03:00:00Z."
    ),
]


class AccidentalDeletionsSpec(ApiModel):
    """Protection against a mistake in the source that would delete many accounts at once."""

    threshold: Annotated[
        int,
        Range(
            at_least=1,
            at_most=1_000_000,
            words="The threshold is a number of accounts from 1 to 1000000. To leave the protection as it is in Graph,"
            " leave accidentalDeletions out.",
        ),
    ]
    """A cycle that would delete more accounts than this puts the job into quarantine instead."""

    approve: EpisodeTime | None = None
    """Approves the deletions that Graph holds back in one quarantine, named by the time at which it began: the
    condition DeletionsHeld says which. They are performed once. Unset, or the time of another quarantine: they stay
    held back."""


class ApplicationSpec(ApiModel):
    """What belongs to the service principal and not to one job.

    At most one resource per service principal may carry it. What is unset is left as it is in Graph.
    """

    credentials: CredentialsSpec | None = None
    """How Entra reaches the target app. Unset: left as it is."""

    provisioning_scope: ProvisioningScope | None = None
    """AssignedOnly: users and groups assigned to the app. All: everybody. A change brings the restart that Graph needs
    for it, of the job of this resource only: other jobs of the service principal take it up when they are restarted.
    Unset: left as it is."""

    notifications: NotificationsSpec | None = None
    """Mails about quarantine. Unset: left as it is."""

    accidental_deletions: AccidentalDeletionsSpec | None = None
    """Protection against many deletions at once. Unset: left as it is."""

    out_of_scope_deletions: OutOfScopeDeletions | None = None
    """What becomes of the account of a user who leaves the scope. Perform: it is disabled or deleted. Skip: it is left
    as it is. Unset: left as it is in Graph."""
