"""What Microsoft says of the error codes of the provisioning service, in short.

The source is Microsoft's page "How to analyze the Microsoft Entra provisioning logs" (`LOG_PAGE`) for most of them.
"""

from dataclasses import dataclass

from kubectl_entrasync.fleet.links import QUARANTINE_PAGE

LOG_PAGE = "https://learn.microsoft.com/entra/identity/monitoring-health/howto-analyze-provisioning-logs"
MAPPING_PAGE = "https://learn.microsoft.com/entra/identity/app-provisioning/customize-application-attributes"
SCIM_PAGE = "https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups"


@dataclass(frozen=True)
class KnownCause:
    """What a code means and what to do, and where Microsoft says so."""

    codes: tuple[str, ...]
    advice: str
    page: str = LOG_PAGE


_RETRIED = "Nothing is to be done: Entra tries again by itself."

KNOWN_CAUSES = (
    KnownCause(
        ("Conflict", "EntryConflict"),
        "The target has another object with the same value. Correct the value in the source or in the target, or the "
        "matching attributes, if that object was to be taken over.",
    ),
    KnownCause(("TooManyRequests",), f"The target is overloaded. {_RETRIED}"),
    KnownCause(("InternalServerError",), f"The target answered with an error of its own. {_RETRIED}"),
    KnownCause(("WebExceptionProtocolError",), f"The connection to the target failed. {_RETRIED}"),
    KnownCause(("InternalError",), f"The provisioning service had an error of its own. {_RETRIED}"),
    KnownCause(("Timeout",), f"The target took too long to answer. {_RETRIED}"),
    KnownCause(
        ("InsufficientRights", "MethodNotAllowed", "NotPermitted", "Unauthorized"),
        "The target accepted the login and did not allow the change. Give the account that Entra uses there the rights "
        "that the tutorial of the app names.",
    ),
    KnownCause(
        ("UnprocessableEntity", "NotImplemented"),
        "The target gave an answer that Entra does not expect. Check the configuration of the app against its "
        "tutorial, or ask who runs the target.",
    ),
    KnownCause(
        ("InvalidAnchor",),
        "An object that was created or matched earlier is no longer in the target. Restore it there, or restart the "
        "job so that all objects are matched anew.",
    ),
    KnownCause(
        ("MandatoryFieldsMissing", "MissingValues"),
        "Required values are missing. Fill them in the source, or map the required attributes.",
    ),
    KnownCause(
        ("SchemaAttributeNotFound",),
        "A mapping names an attribute that the target does not have. Correct the mapping.",
        MAPPING_PAGE,
    ),
    KnownCause(
        ("InvalidDomain",),
        "A value has a domain that the target does not take. Correct it, or add the domain to the target's list.",
    ),
    KnownCause(
        ("LicenseLimitExceeded",),
        "The target has no licence left. Get more, or assign fewer users.",
    ),
    KnownCause(
        ("DuplicateTargetEntries",),
        "Several objects of the target have the same matching value. Remove the duplicates, or change the matching "
        "attributes.",
    ),
    KnownCause(
        ("DuplicateSourceEntries",),
        "Several objects of the source have the same matching value. Remove the duplicates, or change the matching "
        "attributes.",
    ),
    KnownCause(
        ("ImportSkipped",),
        "The object lacks the value of the matching attribute, so Entra cannot evaluate it. Fill it in the source.",
    ),
    KnownCause(
        ("MultipleEntriesInResponse",),
        "The target answered with several objects where Entra asked for one. Its SCIM server must apply the filter.",
        SCIM_PAGE,
    ),
    KnownCause(
        ("ServiceIncompatible",),
        "Entra cannot read the target's answer. Who builds the target must make its SCIM server conform.",
        SCIM_PAGE,
    ),
    KnownCause(
        ("SchemaPropertyCanOnlyAcceptValue",),
        "An attribute of the target takes one value and the source has several. Map an attribute with one value.",
    ),
    KnownCause(
        ("CannotUpdateObjectsOriginatedInExternalService",),
        "The attribute is mastered elsewhere, so it cannot be changed here. Change it in the target tenant.",
    ),
    KnownCause(
        ("B2BManagementPolicyCheckFailure",),
        "Automatic redemption of invitations is not allowed on both sides. Allow it in the source and the target "
        "tenant.",
    ),
    KnownCause(
        ("QuotaLimitExceeded",),
        "The target tenant holds as many objects as it may. Have its quota raised.",
    ),
    KnownCause(
        ("AzureActiveDirectoryForbidden",),
        "The external collaboration settings of the target tenant block invitations. Allow them.",
    ),
    KnownCause(
        ("InvitationCreationFailureInvalidPropertyValue",),
        "The invitation has a value that is not allowed. Check the mail address and the type of the user.",
    ),
    KnownCause(
        ("CredentialValidationUnavailable", "CredentialValidationFailure", "InvalidCredentials"),
        "The target refused the login, or could not check it. Renew the credentials of the app.",
        QUARANTINE_PAGE,
    ),
)

_BY_CODE = {code.lower(): cause for cause in KNOWN_CAUSES for code in cause.codes}


def find_known_cause(code: str | None) -> KnownCause | None:
    """Find what is known of a code. Graph writes many with the name of the target before them."""
    wanted = (code or "").lower()
    ends = [known for known in _BY_CODE if wanted.endswith(known)]
    return _BY_CODE[max(ends, key=len)] if ends else None
