"""The constraints of `spec.application` of a SynchronizationJob."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    data_key,
    number,
    object_name,
    one_of,
    required,
    size,
    spec,
    text,
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
        message=f"spec.application.credentials.entries: {key} has a field of its own. Use {field}",
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
        message="spec.application.credentials.entries: Give exactly one of value or valueFrom.",
    ),
    Constraint(
        f"{ENTRIES}[] rule",
        accepted=(entries([{"key": key, "valueFrom": FROM_SECRET} for key in SENSITIVE]),),
        refused=tuple(entry(key=key, value="x") for key in SENSITIVE),
        message="spec.application.credentials.entries: This key is a secret. Give it by valueFrom.secretKeyRef and not"
        " as value, where everybody who may read this resource would see it.",
    ),
    _has_a_field("SyncAll", "spec.application.provisioningScope instead."),
    _has_a_field("SyncNotificationSettings", "spec.application.notifications (and"),
    _has_a_field("SkipOutOfScopeDeletions", "spec.application.outOfScopeDeletions instead."),
    text(
        f"{ENTRIES}[].value",
        _value,
        "A value has from 1 to 8192 characters.",
        accepted=("x",),
        refused=("",),
        longest=8192,
    ),
    Constraint(
        f"{ENTRIES}[].valueFrom rule",
        accepted=(entries([TOKEN]),),
        refused=(entry(key="SecretToken", valueFrom={}),),
        message="spec.application.credentials.entries.valueFrom: Give secretKeyRef (a key of a Secret).",
    ),
    required(REFERENCE, "name", entries([TOKEN]), _reference(name=None)),
    required(REFERENCE, "key", entries([TOKEN]), _reference(key=None)),
    object_name(f"{REFERENCE}.name", lambda text: _reference(name=text)),
    data_key(f"{REFERENCE}.key", lambda text: _reference(key=text)),
)

CREDENTIALS = (
    Constraint(
        ".spec.application.credentials rule",
        accepted=(application(credentials={"otherKeys": "Overwrite"}), credentials()),
        refused=(application(credentials={}), application(credentials={"onDelete": "Keep"})),
        message="spec.application.credentials: Give entries (what Entra needs to reach the app) or otherKeys.",
    ),
    one_of(".spec.application.credentials.otherKeys", lambda text: credentials(otherKeys=text), "Protect", "Overwrite"),
    size(
        ENTRIES,
        entries,
        1,
        32,
        lambda n: {"key": (*SENSITIVE, *PLAIN)[n], "valueFrom": FROM_SECRET},
        "There are from 1 to 32 entries. To save none, leave entries out.",
    ),
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
    size(
        RECIPIENTS,
        _recipients,
        0,
        10,
        lambda n: f"iam-{n}@example.com",
        "There are at most 10 recipients. For more, give the address of a group.",
    ),
    unique_items(RECIPIENTS, "set", _recipients, "iam@example.com", "hr@example.com"),
    text(
        f"{RECIPIENTS}[]",
        lambda text: _recipients([text]),
        "A recipient is one mail address such as iam@example.com, without a name and without < >.",
        accepted=("iam@example.com", "first.last+tag@sub.example.com", "o'neil@example.com"),
        refused=(
            *("", "iam", "@example.com", "iam@", "a@b@c", "a b@example.com", "a@b,c@d", "a@b;c@d", "<a@b>", "a@b\n"),
            *("x" * 65 + "@example.com",),
        ),
        longest=len("iam@") + 255,
    ),
    required(".spec.application.accidentalDeletions", "threshold", _threshold(1), application(accidentalDeletions={})),
    number(
        THRESHOLD,
        _threshold,
        1,
        1_000_000,
        "The threshold is a number of accounts from 1 to 1000000. To leave the protection as it is in Graph, leave"
        " accidentalDeletions out.",
    ),
)
