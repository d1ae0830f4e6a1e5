"""The constraints of `spec.application` of a SynchronizationJob."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    data_key,
    max_items,
    max_length,
    object_name,
    one_of,
    pattern,
    required,
    spec,
    unique_items,
)

ENTRIES = ".spec.application.credentials.entries"
REFERENCE = f"{ENTRIES}[].valueFrom.secretKeyRef"
RECIPIENTS = ".spec.application.notifications.recipients"
THRESHOLD = ".spec.application.accidentalDeletions.threshold"

ADDRESS = {"key": "BaseAddress", "value": "https://scim.example.com"}
FROM_SECRET = {"secretKeyRef": {"name": "scim", "key": "token"}}
TOKEN = {"key": "SecretToken", "valueFrom": FROM_SECRET}

SENSITIVE = (
    *("Password", "SecretToken", "AppKey", "ClientSecret", "ConsumerSecret", "TokenKey", "Oauth2AccessToken"),
    *("Oauth2RefreshToken", "Oauth2ClientSecret", "Oauth2AuthorizationCode", "ConnectionString"),
)
PLAIN = (
    *("UserName", "BaseAddress", "ClientIdentifier", "SingleSignOnType", "Sandbox", "Url", "Domain", "ConsumerKey"),
    *("TokenExpiration", "Oauth2AccessTokenCreationTime", "InstanceName", "Oauth2ClientId", "CompanyId"),
    *("UpdateKeyOnSoftDelete", "SynchronizationSchedule", "SystemOfRecord", "SandboxName", "EnforceDomain"),
    *("Oauth2RedirectUri", "ApplicationTemplateIdentifier", "Oauth2TokenExchangeUri", "Oauth2AuthorizationUri"),
    *("AuthenticationType", "Server", "PerformInboundEntitlementGrants", "HardDeletesEnabled"),
    *("SyncAgentCompatibilityKey", "SyncAgentADContainer", "ValidateDomain", "TestReferences"),
)


def application(**members: Any) -> Overlay:
    return spec(application=members)


def credentials(**members: Any) -> Overlay:
    return application(credentials={"entries": [ADDRESS]} | members)


def entries(items: list[dict[str, Any]]) -> Overlay:
    return credentials(entries=items)


def entry(**members: Any) -> Overlay:
    return entries([members])


def _value(text: str) -> Overlay:
    return entry(key="BaseAddress", value=text)


def _reference(**members: Any) -> Overlay:
    reference = FROM_SECRET["secretKeyRef"] | members
    given = {name: value for name, value in reference.items() if value is not None}
    return entry(key="SecretToken", valueFrom={"secretKeyRef": given})


def _recipients(addresses: list[str]) -> Overlay:
    return application(notifications={"recipients": addresses})


def _threshold(count: int) -> Overlay:
    return application(accidentalDeletions={"threshold": count})


def _has_a_field(key: str, field: str) -> Constraint:
    return Constraint(
        guard=f"{ENTRIES}[] rule",
        accepted=(entries([ADDRESS]),),
        refused=(entry(key=key, value="True"),),
        message=f"spec.application.credentials.entries: {key} has a field of its own; use {field}",
    )


ENTRY = (
    required(f"{ENTRIES}[]", "key", entries([ADDRESS]), entry(value="x")),
    Constraint(
        f"{ENTRIES}[].key enum",
        accepted=(entries([{"key": key, "value": "x"} for key in PLAIN]),),
        refused=tuple(entry(key=key, value="x") for key in ("", "baseaddress", "Unheard", "None")),
        message="spec.application.credentials.entries[0].key: Unsupported value",
    ),
    Constraint(
        f"{ENTRIES}[] rule",
        accepted=(entries([ADDRESS, TOKEN]), entry(key="BaseAddress", valueFrom=FROM_SECRET)),
        refused=(entry(key="BaseAddress"), entry(key="SecretToken"), entry(**ADDRESS, valueFrom=FROM_SECRET)),
        message="spec.application.credentials.entries: give exactly one of value or valueFrom",
    ),
    Constraint(
        f"{ENTRIES}[] rule",
        accepted=(entries([{"key": key, "valueFrom": FROM_SECRET} for key in SENSITIVE]),),
        refused=tuple(entry(key=key, value="x") for key in SENSITIVE),
        message="spec.application.credentials.entries: this key is a secret; give it by valueFrom.secretKeyRef and not"
        " as value, where everybody who may read this resource would see it",
    ),
    _has_a_field("SyncAll", "spec.application.provisioningScope instead"),
    _has_a_field("SyncNotificationSettings", "spec.application.notifications (and"),
    _has_a_field("SkipOutOfScopeDeletions", "spec.application.outOfScopeDeletions instead"),
    Constraint(
        f"{ENTRIES}[].value minLength",
        accepted=(_value("x"),),
        refused=(_value(""),),
        message="spec.application.credentials.entries[0].value in body should be at least 1 chars long",
    ),
    max_length(f"{ENTRIES}[].value", _value, 8192),
    Constraint(
        f"{ENTRIES}[].valueFrom rule",
        accepted=(entries([TOKEN]),),
        refused=(entry(key="SecretToken", valueFrom={}),),
        message="spec.application.credentials.entries.valueFrom: give secretKeyRef (a key of a Secret)",
    ),
    required(REFERENCE, "name", entries([TOKEN]), _reference(name=None)),
    required(REFERENCE, "key", entries([TOKEN]), _reference(key=None)),
    *object_name(f"{REFERENCE}.name", lambda text: _reference(name=text)),
    *data_key(f"{REFERENCE}.key", lambda text: _reference(key=text)),
)

CREDENTIALS = (
    Constraint(
        ".spec.application.credentials rule",
        accepted=(application(credentials={"otherKeys": "Overwrite"}), credentials()),
        refused=(application(credentials={}), application(credentials={"onDelete": "Keep"})),
        message="spec.application.credentials: give entries (what Entra needs to reach the app) or otherKeys",
    ),
    one_of(".spec.application.credentials.otherKeys", lambda text: credentials(otherKeys=text), "Protect", "Overwrite"),
    Constraint(
        f"{ENTRIES} minItems",
        accepted=(entries([ADDRESS]),),
        refused=(entries([]),),
        message="spec.application.credentials.entries in body should have at least 1 items",
    ),
    max_items(ENTRIES, entries, 32, lambda n: {"key": (*SENSITIVE, *PLAIN)[n], "valueFrom": FROM_SECRET}),
    unique_items(ENTRIES, "list-map key", entries, ADDRESS, TOKEN),
    one_of(
        ".spec.application.credentials.validation", lambda text: credentials(validation=text), "BeforeSave", "Never"
    ),
    one_of(".spec.application.credentials.onDelete", lambda text: credentials(onDelete=text), "Keep", "Remove"),
)

APPLICATION = (
    *ENTRY,
    *CREDENTIALS,
    one_of(
        ".spec.application.provisioningScope", lambda text: application(provisioningScope=text), "AssignedOnly", "All"
    ),
    one_of(
        ".spec.application.outOfScopeDeletions", lambda text: application(outOfScopeDeletions=text), "Perform", "Skip"
    ),
    required(".spec.application.notifications", "recipients", _recipients([]), application(notifications={})),
    max_items(RECIPIENTS, _recipients, 10, lambda n: f"iam-{n}@example.com"),
    unique_items(RECIPIENTS, "set", _recipients, "iam@example.com", "hr@example.com"),
    pattern(
        f"{RECIPIENTS}[]",
        lambda text: _recipients([text]),
        accepted=("iam@example.com", "first.last+tag@sub.example.com", "o'neil@example.com"),
        refused=("", "iam", "@example.com", "iam@", "a@b@c", "a b@example.com", "a@b,c@d", "a@b;c@d", "<a@b>", "a@b\n"),
    ),
    Constraint(
        f"{RECIPIENTS}[] maxLength",
        accepted=(_recipients(["x" * 64 + "@" + "x" * 255]),),
        refused=(_recipients(["x" * 65 + "@" + "x" * 255]),),
        message="spec.application.notifications.recipients[0]: Too long: may not be more than 320",
    ),
    required(".spec.application.accidentalDeletions", "threshold", _threshold(1), application(accidentalDeletions={})),
    Constraint(
        f"{THRESHOLD} minimum",
        accepted=(_threshold(1),),
        refused=(_threshold(0), _threshold(-1)),
        message="spec.application.accidentalDeletions.threshold in body should be greater than or equal to 1",
    ),
    Constraint(
        f"{THRESHOLD} maximum",
        accepted=(_threshold(1_000_000),),
        refused=(_threshold(1_000_001),),
        message="spec.application.accidentalDeletions.threshold in body should be less than or equal to 1",
    ),
)
