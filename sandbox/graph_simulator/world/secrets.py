"""Defines the secrets that a service principal stores: their keys, the masking of values, and the effect of a PUT."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Pairs = tuple[tuple[str, str], ...]
"""Keys and values in the order of the request; an empty value removes the key."""

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
"""The keys whose values Graph never returns. Captures show Password masked, and UserName, Domain and settings in clear
(graph-facts 3.1); the others are assumed from their names."""

NOTIFICATIONS = "SyncNotificationSettings"
MASK = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretWrite:
    """A PUT of secrets that Graph accepted, with the values of the request; `client_id` is the caller's."""

    time: datetime
    service_principal_id: str
    client_id: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialValidation:
    """A validation of credentials, with the values that were checked. `error` is its code; None if it succeeded."""

    time: datetime
    service_principal_id: str
    client_id: str
    job_id: str
    """The job; empty if the request was for no job."""
    template_id: str | None
    application_identifier: str | None
    used_saved: bool
    credentials: dict[str, str]
    error: str | None


def mask_secret(key: str, value: str) -> str:
    """Return a value as Graph shows it: a sensitive one as `*` (graph-facts 0.5)."""
    return MASK if value and key in SENSITIVE_KEYS else value


def upsert_secrets(before: Mapping[str, str], written: Iterable[tuple[str, str]], *, replaces: bool) -> dict[str, str]:
    """Change stored secrets by key; an empty value removes its key (graph-facts 5.3)."""
    after = {} if replaces else dict(before)
    for key, value in written:
        if value:
            after[key] = value
        else:
            after.pop(key, None)
    return after


def is_notification_setting(value: str) -> bool:
    """Check whether Graph accepts this as SyncNotificationSettings: any JSON object (msgraph-metadata #347)."""
    try:
        return isinstance(json.loads(value), dict)
    except ValueError:
        return False
