"""What a service principal stores for its jobs: the keys Graph knows, what it masks, what it takes."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Pairs = tuple[tuple[str, str], ...]
"""Keys and values in the order in which they were sent; an empty value removes the key."""

_SECRET_KEYS = """
    None UserName Password SecretToken AppKey BaseAddress ClientIdentifier ClientSecret SingleSignOnType Sandbox Url
    Domain ConsumerKey ConsumerSecret TokenKey TokenExpiration Oauth2AccessToken Oauth2AccessTokenCreationTime
    Oauth2RefreshToken SyncAll InstanceName Oauth2ClientId Oauth2ClientSecret CompanyId UpdateKeyOnSoftDelete
    SynchronizationSchedule SystemOfRecord SandboxName EnforceDomain SyncNotificationSettings SkipOutOfScopeDeletions
    Oauth2AuthorizationCode Oauth2RedirectUri ApplicationTemplateIdentifier Oauth2TokenExchangeUri
    Oauth2AuthorizationUri AuthenticationType Server PerformInboundEntitlementGrants HardDeletesEnabled
    SyncAgentCompatibilityKey SyncAgentADContainer ValidateDomain TestReferences ConnectionString
"""
SECRET_KEYS = frozenset(_SECRET_KEYS.split())
"""The enum synchronizationSecret (graph-facts 2)."""

SENSITIVE_KEYS = frozenset(
    [
        "Password",
        "SecretToken",
        "AppKey",
        "ClientSecret",
        "ConsumerSecret",
        "TokenKey",
        "Oauth2AccessToken",
        "Oauth2RefreshToken",
        "Oauth2ClientSecret",
        "Oauth2AuthorizationCode",
        "ConnectionString",
    ]
)
"""Keys whose values nobody reads back. Captures show Password masked and UserName, Domain and settings in clear
(graph-facts 3.1); the rest follows from what the keys are."""

NOTIFICATIONS = "SyncNotificationSettings"
MASK = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretWrite:
    """One PUT of secrets that was taken, with the values as they came. `client_id` is the application that sent it."""

    time: datetime
    service_principal_id: str
    client_id: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialValidation:
    """One validation of credentials, with the values that were judged. `error` is its code; None if all was well."""

    time: datetime
    service_principal_id: str
    client_id: str
    job_id: str
    """Empty if it was asked for no job."""
    template_id: str | None
    application_identifier: str | None
    used_saved: bool
    credentials: dict[str, str]
    error: str | None


def mask_secret(key: str, value: str) -> str:
    """Write a value as it is shown: a sensitive one as `*` (graph-facts 0.5)."""
    return MASK if value and key in SENSITIVE_KEYS else value


def upsert_secrets(before: Mapping[str, str], written: Iterable[tuple[str, str]], *, replaces: bool) -> dict[str, str]:
    """Lay written pairs over what is stored: by key, an empty value removes (graph-facts 5.3)."""
    after = {} if replaces else dict(before)
    for key, value in written:
        if value:
            after[key] = value
        else:
            after.pop(key, None)
    return after


def is_notification_setting(value: str) -> bool:
    """Tell whether Graph takes this for SyncNotificationSettings: a JSON object, `{}` too (msgraph-metadata #347)."""
    try:
        return isinstance(json.loads(value), dict)
    except ValueError:
        return False
