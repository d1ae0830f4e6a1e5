"""Tables of mappings that several schemas share: people and groups as SCIM describes them."""

SCIM_PERSON = r"""
    userName | [userPrincipalName] | match 1
    externalId | [mailNickname] | match 2
    active | Switch([IsSoftDeleted], , "False", "True", "True", "False")
    displayName | Coalesce([displayName], Join(" ", [givenName], [surname]))
    title | [jobTitle]
    nickName | IgnoreFlowIfNullOrEmpty([extensionAttribute2])
    userType | IIF([userType] = "Guest", "External", "Internal")
    profileUrl | Append("https://people.example.com/", ToLower(StripSpaces([mailNickname]), "en-US"))
    emails[type eq "work"].value | ToLower([mail])
    emails[type eq "other"].value | Item(RemoveDuplicates([otherMails]), 1)
    preferredLanguage | Replace([preferredLanguage], "-", , , "_", , ) | default en_US
    locale | Switch(ToLower(Left([preferredLanguage], 2)), "en_US", "de", "de_DE", "fr", "fr_FR", "ja", "ja_JP")
    timezone | Switch([state], "Europe/Berlin", "NSW", "Australia/Sydney", "CA", "America/Los_Angeles")
    name.givenName | NormalizeDiacritics([givenName])
    name.familyName | NormalizeDiacritics([surname])
    name.formatted | PCase(Join(" ", [givenName], [surname]), " -'")
    name.honorificPrefix | Word([extensionAttribute3], 1, " .")
    addresses[type eq "work"].formatted | Join(", ", [streetAddress], [postalCode], [city], [country])
    addresses[type eq "work"].streetAddress | [streetAddress]
    addresses[type eq "work"].locality | [city]
    addresses[type eq "work"].region | ToUpper([state])
    addresses[type eq "work"].postalCode | [postalCode]
    addresses[type eq "work"].country | [country]
    addresses[type eq "other"].formatted | [physicalDeliveryOfficeName]
    phoneNumbers[type eq "work"].value | Replace([telephoneNumber], , "[()\\s-]+", , "", , )
    phoneNumbers[type eq "mobile"].value | Replace([mobile], , "\\+(?<country>\\d* )(?<number>\\d+)", , "${number}", , )
    phoneNumbers[type eq "fax"].value | [facsimileTelephoneNumber]
    roles[primary eq "True"].value | SingleAppRoleAssignment([appRoleAssignments])
    roles | AssertiveAppRoleAssignmentsComplex([appRoleAssignments])
    entitlements | Split([extensionAttribute5], ",")
    password | Redact(RandomString(16, 2, 2, 2, 2)) | add
"""
"""A user of Entra ID as a user of SCIM's core schema."""

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
SCIM_ENTERPRISE = rf"""
    {_ENTERPRISE}employeeNumber | [employeeId]
    {_ENTERPRISE}department | Switch([department], [department], "", "Unassigned")
    {_ENTERPRISE}division | Mid([extensionAttribute4], 1, 20)
    {_ENTERPRISE}costCenter | Replace([extensionAttribute4], , "(?<center>\\d+).*", "center", "0000", , )
    {_ENTERPRISE}organization | [companyName] | default Contoso
    {_ENTERPRISE}manager | [manager]
"""
"""The same user by SCIM's extension for enterprises."""

SCIM_GROUP = """
    displayName | Join(" - ", [displayName], [mailNickname]) | match 1
    externalId | [objectId] | match 2
    members | [members]
    description | Left([description], 200)
    urn:ietf:params:scim:schemas:extension:groups:2.0:Group:mail | ToLower([mail])
"""
"""A group of Entra ID as a group of SCIM."""

ENTRA_USER = (
    "objectId aboutMe ageGroup authorizationInfo birthday@ businessPhones* consentProvidedForMinor country"
    " createdDateTime@ creationType deviceTrustType employeeHireDate@ employeeLeaveDateTime@"
    " employeeOrgData.costCenter employeeOrgData.division employeeType externalUserState"
    " externalUserStateChangeDateTime@ imAddresses* interests* isResourceAccount? lastPasswordChangeDateTime@"
    " legalAgeGroupClassification licenseAssignmentStates* mySite onPremisesDistinguishedName onPremisesDomainName"
    " onPremisesImmutableId onPremisesLastSyncDateTime@ onPremisesSamAccountName onPremisesSecurityIdentifier"
    " onPremisesSyncEnabled? passwordPolicies pastProjects* preferredDataLocation preferredName proxyAddresses*"
    " refreshTokensValidFromDateTime@ responsibilities* schools* showInAddressList? signInSessionsValidFromDateTime@"
    " skills* sponsors&* usageLocation userCertificate%* thumbnailPhoto% extensionAttribute6 extensionAttribute7"
    " extensionAttribute8 extensionAttribute9 extensionAttribute10 extensionAttribute11 extensionAttribute12"
    " extensionAttribute13 extensionAttribute14 extensionAttribute15"
)
"""Further attributes of Entra's users."""

ENTRA_GROUP = (
    "objectId classification createdDateTime@ expirationDateTime@ groupTypes* isAssignableToRole? mailEnabled?"
    " membershipRule membershipRuleProcessingState onPremisesSyncEnabled? owners&* proxyAddresses* securityEnabled?"
    " securityIdentifier theme visibility"
)
"""Further attributes of Entra's groups."""
