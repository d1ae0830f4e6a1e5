"""The names of the values that Graph stores per service principal: its enumeration synchronizationSecret."""

from enum import StrEnum


class SecretKey(StrEnum):
    """Graph's names of what it stores per service principal (synchronizationSecret)."""

    USER_NAME = "UserName"
    PASSWORD = "Password"
    SECRET_TOKEN = "SecretToken"
    APP_KEY = "AppKey"
    BASE_ADDRESS = "BaseAddress"
    CLIENT_IDENTIFIER = "ClientIdentifier"
    CLIENT_SECRET = "ClientSecret"
    SINGLE_SIGN_ON_TYPE = "SingleSignOnType"
    SANDBOX = "Sandbox"
    URL = "Url"
    DOMAIN = "Domain"
    CONSUMER_KEY = "ConsumerKey"
    CONSUMER_SECRET = "ConsumerSecret"
    TOKEN_KEY = "TokenKey"
    TOKEN_EXPIRATION = "TokenExpiration"
    OAUTH2_ACCESS_TOKEN = "Oauth2AccessToken"
    OAUTH2_ACCESS_TOKEN_CREATION_TIME = "Oauth2AccessTokenCreationTime"
    OAUTH2_REFRESH_TOKEN = "Oauth2RefreshToken"
    SYNC_ALL = "SyncAll"
    INSTANCE_NAME = "InstanceName"
    OAUTH2_CLIENT_ID = "Oauth2ClientId"
    OAUTH2_CLIENT_SECRET = "Oauth2ClientSecret"
    COMPANY_ID = "CompanyId"
    UPDATE_KEY_ON_SOFT_DELETE = "UpdateKeyOnSoftDelete"
    SYNCHRONIZATION_SCHEDULE = "SynchronizationSchedule"
    SYSTEM_OF_RECORD = "SystemOfRecord"
    SANDBOX_NAME = "SandboxName"
    ENFORCE_DOMAIN = "EnforceDomain"
    SYNC_NOTIFICATION_SETTINGS = "SyncNotificationSettings"
    SKIP_OUT_OF_SCOPE_DELETIONS = "SkipOutOfScopeDeletions"
    OAUTH2_AUTHORIZATION_CODE = "Oauth2AuthorizationCode"
    OAUTH2_REDIRECT_URI = "Oauth2RedirectUri"
    APPLICATION_TEMPLATE_IDENTIFIER = "ApplicationTemplateIdentifier"
    OAUTH2_TOKEN_EXCHANGE_URI = "Oauth2TokenExchangeUri"
    OAUTH2_AUTHORIZATION_URI = "Oauth2AuthorizationUri"
    AUTHENTICATION_TYPE = "AuthenticationType"
    SERVER = "Server"
    PERFORM_INBOUND_ENTITLEMENT_GRANTS = "PerformInboundEntitlementGrants"
    HARD_DELETES_ENABLED = "HardDeletesEnabled"
    SYNC_AGENT_COMPATIBILITY_KEY = "SyncAgentCompatibilityKey"
    SYNC_AGENT_AD_CONTAINER = "SyncAgentADContainer"
    VALIDATE_DOMAIN = "ValidateDomain"
    TEST_REFERENCES = "TestReferences"
    CONNECTION_STRING = "ConnectionString"


SENSITIVE_KEYS = (
    SecretKey.PASSWORD,
    SecretKey.SECRET_TOKEN,
    SecretKey.APP_KEY,
    SecretKey.CLIENT_SECRET,
    SecretKey.CONSUMER_SECRET,
    SecretKey.TOKEN_KEY,
    SecretKey.OAUTH2_ACCESS_TOKEN,
    SecretKey.OAUTH2_REFRESH_TOKEN,
    SecretKey.OAUTH2_CLIENT_SECRET,
    SecretKey.OAUTH2_AUTHORIZATION_CODE,
    SecretKey.CONNECTION_STRING,
)
"""Values that let their holder act as Entra at the target app. They are given by `valueFrom` only."""

KEYS_WITH_FIELDS = {
    SecretKey.SYNC_ALL: "spec.application.provisioningScope",
    SecretKey.SYNC_NOTIFICATION_SETTINGS: (
        "spec.application.notifications (and spec.application.accidentalDeletions for the threshold)"
    ),
    SecretKey.SKIP_OUT_OF_SCOPE_DELETIONS: "spec.application.outOfScopeDeletions",
}
"""Keys that have a field of their own and may not be entries of credentials. They stay in the enumeration so that a
refusal can name the field."""
