"""Describes the schema of cloud sync, whose source is an Active Directory with thousands of attributes."""

from graph_simulator.world.gallery.descriptions import Description, ObjectMap, Rule
from graph_simulator.world.gallery.people import ENTRA_GROUP, ENTRA_USER

_AD = "Active Directory"
_ENTRA = "Azure Active Directory"
_UPN = 'IIF(IsPresent([userPrincipalName]), [userPrincipalName], Join("@", [sAMAccountName], [%DomainFQDN%]))'
_TRIMMED = (
    "company department description employeeType facsimileTelephoneNumber homePhone info initials ipPhone l mobile"
    " pager physicalDeliveryOfficeName postOfficeBox postalCode st streetAddress telephoneNumber title wWWHomePage"
)
"""The attributes that flow without spaces around them, or not at all."""
_EXCHANGE = "\n".join(
    f"extensionAttribute{number} | IgnoreFlowIfNullOrEmpty(Trim([extensionAttribute{number}]))"
    for number in range(1, 16)
)
_PERSON = (
    rf"""
    onPremisesObjectIdentifier | ConvertToBase64([objectGUID]) | match 1
    onPremisesUserPrincipalName | {_UPN} | match 2
    userPrincipalName | {_UPN}
    accountEnabled | Not(CBool(BitAnd([userAccountControl], 2)))
    cloudFiltered | IIF([isCriticalSystemObject] = "True", "True", IIF(InStr([sAMAccountName], "AAD_") > 0, "1", "0"))
    displayName | IIF(IsPresent([displayName]), [displayName], [cn])
    mailNickname | Coalesce([mailNickname], Word([mail], 1, "@"), [sAMAccountName])
    mail | Trim([mail])
    givenName | Trim([givenName])
    surname | Trim([sn])
    country | Coalesce([co], [c])
    usageLocation | Switch([msExchUsageLocation], [c], "USA", "US", "GER", "DE")
    manager | [manager]
    proxyAddresses | RemoveDuplicates([proxyAddresses])
    otherMails | Split([otherMailbox], ";")
    onPremisesSecurityIdentifier | StringFromSid([objectSid])
    onPremisesSamAccountName | [sAMAccountName]
    onPremisesDistinguishedName | CStr([distinguishedName])
    onPremisesDomainName | [%DomainFQDN%]
    lastPasswordChangeTimestamp | FormatDateTime(DateFromNum([pwdLastSet]), , "M/d/yyyy h:mm:ss tt", "yyyyMMddHHmmss")
    thumbnailPhoto | [thumbnailPhoto]
    employeeId | ToUpper(Left([employeeID], 12))
    preferredLanguage | Replace([preferredLanguage], "_", , , "-", , )
"""
    + "\n".join(f"{name} | IgnoreFlowIfNullOrEmpty(Trim([{name}]))" for name in _TRIMMED.split())
    + "\n"
    + _EXCHANGE
)
_GROUP = """
    onPremisesObjectIdentifier | ConvertToBase64([objectGUID]) | match 1
    displayName | Coalesce([displayName], [cn])
    description | Left(Item([description], 1), 448)
    mail | [mail]
    mailEnabled | IsPresent([mail])
    mailNickname | Coalesce([mailNickname], [sAMAccountName])
    securityEnabled | CBool(BitAnd([groupType], 2147483648))
    members | [member]
    proxyAddresses | RemoveDuplicates([proxyAddresses])
    onPremisesSecurityIdentifier | StringFromSid([objectSid])
    onPremisesSamAccountName | [sAMAccountName]
"""
_CONTACT = """
    onPremisesObjectIdentifier | ConvertToBase64([objectGUID]) | match 1
    displayName | Coalesce([displayName], [cn])
    mail | [mail]
    givenName | [givenName]
    surname | [sn]
    companyName | [company]
    jobTitle | [title]
    telephoneNumber | [telephoneNumber]
"""
_TOPICS = (
    "account address asset badge benefit building business career certificate compliance contract course device door"
    " education emergency equipment event expense facility health insurance language lease legal license location"
    " medical mobile network office parking payroll phone project security service shift site software travel vehicle"
    " visa"
)
_ASPECTS = ("Name", "Code", "Owner&", "Active?", "Since@", "Until@", "Count#", "Tags*", "Image%", "Notes")


def _extend(prefix: str) -> str:
    """Write the names of a company's own attributes, as an extended schema of a directory has them."""
    return " ".join(f"{prefix}-{topic}{aspect}" for topic in _TOPICS.split() for aspect in _ASPECTS)


_KNOWN = (
    "objectGUID objectSid% cn distinguishedName instanceType# name objectCategory uSNChanged# whenChanged@ whenCreated@"
)
CLOUD_SYNC = Description(
    rules=(
        Rule(
            "USER_INBOUND_USER",
            _AD,
            _ENTRA,
            (
                ObjectMap("user", "User", _PERSON, scope=(("Staff", ("employeeType | IS NOT NULL",)),)),
                ObjectMap("inetOrgPerson", "User", _PERSON),
            ),
            containers=("OU=Staff,DC=contoso,DC=com",),
        ),
        Rule(
            "GROUP_INBOUND_GROUP", _AD, _ENTRA, (ObjectMap("group", "Group", _GROUP),), groups=("CN=Synced,DC=contoso",)
        ),
        Rule("CONTACT_INBOUND_CONTACT", _AD, _ENTRA, (ObjectMap("contact", "Contact", _CONTACT),), is_editable=False),
    ),
    more={
        (_ENTRA, "User"): ENTRA_USER,
        (_ENTRA, "Group"): ENTRA_GROUP,
        (_AD, "user"): f"{_KNOWN} {_extend('contoso')} {_extend('fabrikam')}",
        (_AD, "inetOrgPerson"): f"{_KNOWN} {_extend('contoso')} {_extend('fabrikam')}",
        (_AD, "group"): f"{_KNOWN} {_extend('contoso')}",
        (_AD, "contact"): f"{_KNOWN} {_extend('contoso')}",
    },
)
