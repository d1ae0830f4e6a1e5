"""Reasons about the credentials and settings of the application."""

from entrasync.api.reason_groups import AS_WANTED, EVENT_ONLY, IN_PROGRESS, NEEDS_A_PERSON, Row

VALIDATED = Row("Validated", AS_WANTED, "Graph accepted the credentials before they were saved.")
NOT_VALIDATED = Row(
    "NotValidated", AS_WANTED, "The credentials were not tested before they were saved, or were in Graph already."
)
VALIDATION_UNAVAILABLE = Row(
    "ValidationUnavailable",
    IN_PROGRESS,
    "Graph could not test the credentials at the target app. The operator tries again.",
)
SECRETS_NOT_TAKEN = Row(
    "SecretsNotTaken",
    NEEDS_A_PERSON,
    "Graph accepted values of spec.application but does not show them. The message names the keys.",
)
SETTINGS_UNREADABLE = Row(
    "SettingsUnreadable",
    NEEDS_A_PERSON,
    "The notification settings in Graph are masked or are not JSON. The operator does not change them.",
)
VALIDATION_FAILED = Row(
    "ValidationFailed", NEEDS_A_PERSON, "Graph refused the credentials or could not test them. Nothing was saved."
)
OTHER_KEYS_AT_RISK = Row(
    "OtherKeysAtRisk",
    NEEDS_A_PERSON,
    "Graph masks secrets that spec.application does not name, and a save could remove them. Nothing is saved.",
)
FOREIGN_SECRET_LOST = Row(
    "ForeignSecretLost",
    NEEDS_A_PERSON,
    "A secret of somebody else vanished. No secret is written on its service principal until a person has looked.",
)
SECRETS_SAVED = Row("SecretsSaved", EVENT_ONLY, "Credentials or settings of the application were saved in Graph.")
SECRETS_REMOVED = Row("SecretsRemoved", EVENT_ONLY, "Credentials that the operator had saved were removed from Graph.")
SECRET_NOT_REMOVABLE = Row(
    "SecretNotRemovable",
    EVENT_ONLY,
    "Graph does not remove this key. It stays, and the operator no longer manages it.",
)
SECRET_WRITES_RESUMED = Row(
    "SecretWritesResumed",
    EVENT_ONLY,
    "No secret of somebody else is missing any more. The operator saves secrets again.",
)
SECRETS_DEPRECATED = Row(
    "SecretsDeprecated", EVENT_ONLY, "Graph's beta will soon lose the calls that save credentials."
)
