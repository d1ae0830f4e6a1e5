"""Describes the schema of synchronization between two tenants."""

from graph_simulator.world.gallery.descriptions import Description, ObjectMap, Rule
from graph_simulator.world.gallery.people import ENTRA_GROUP, ENTRA_USER

_SOURCE = "Azure Active Directory"
_TARGET = "Azure Active Directory (target tenant)"
_SAME = (
    "givenName surname jobTitle department companyName streetAddress city state postalCode country telephoneNumber"
    " mobile facsimileTelephoneNumber physicalDeliveryOfficeName preferredLanguage employeeId employeeType"
    " employeeHireDate employeeOrgData.costCenter employeeOrgData.division usageLocation ageGroup"
    " consentProvidedForMinor otherMails manager"
)
"""The attributes that flow as they are."""
_EXCHANGE = "\n".join(f"extensionAttribute{number} | [extensionAttribute{number}]" for number in range(1, 16))
_USER = (
    """
    alternativeSecurityIds | [alternativeSecurityIds] | match 1
    userPrincipalName | Replace([userPrincipalName], "@", , , "_", , ) | add
    accountEnabled | Switch([IsSoftDeleted], , "False", "True", "True", "False")
    displayName | Append(Coalesce([displayName], [mailNickname]), " (Contoso)")
    mail | Coalesce([mail], [userPrincipalName])
    mailNickname | Join("_", [mailNickname], Word([userPrincipalName], 2, "@"), "#EXT#")
    userType | IIF([userType] = "Guest", "Guest", "Member") | always
    showInAddressList | | default true
    IsSoftDeleted | [IsSoftDeleted]
    proxyAddresses | RemoveDuplicates([proxyAddresses])
    crossTenantOrigin | ConvertToBase64(Join(":", "contoso", [objectId]))
"""
    + "\n".join(f"{name} | [{name}]" for name in _SAME.split())
    + "\n"
    + _EXCHANGE
)
_GROUP = """
    alternativeSecurityIds | [objectId] | match 1
    displayName | Append([displayName], " (Contoso)")
    description | Left([description], 1000)
    mailNickname | Replace([mailNickname], , "[^A-Za-z0-9]", , "", , )
    mailEnabled | | default false
    securityEnabled | | default true
    members | [members]
    owners | [owners]
"""
_CONTACT = """
    mail | ToLower(Trim([mail])) | match 1
    displayName | PCase([displayName])
    givenName | NormalizeDiacritics(Trim([givenName]))
    surname | NormalizeDiacritics(Trim([surname]))
    companyName | Switch([companyName], [companyName], "", "Contoso")
    jobTitle | [jobTitle]
    telephoneNumber | Replace([telephoneNumber], , "\\\\s+", , "", , )
"""
CROSS_TENANT = Description(
    rules=(
        Rule(
            "USER_OUTBOUND_USER",
            _SOURCE,
            _TARGET,
            (
                ObjectMap(
                    "User",
                    "User",
                    _USER,
                    scope=(("Members", ("userType | EQUALS | Member", "showInAddressList | IS TRUE")),),
                ),
            ),
        ),
        Rule("GROUP_OUTBOUND_GROUP", _SOURCE, _TARGET, (ObjectMap("Group", "Group", _GROUP, is_enabled=False),)),
        Rule(
            "USER_OUTBOUND_CONTACT",
            _SOURCE,
            _TARGET,
            (ObjectMap("User", "Contact", _CONTACT, scope=(("Unlisted", ("showInAddressList | IS FALSE",)),)),),
        ),
    ),
    more={
        (_SOURCE, "User"): ENTRA_USER,
        (_SOURCE, "Group"): ENTRA_GROUP,
        (_TARGET, "User"): ENTRA_USER,
        (_TARGET, "Group"): ENTRA_GROUP,
    },
)
