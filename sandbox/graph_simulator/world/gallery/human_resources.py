"""Describes the schemas that bring people from systems of human resources into directories."""

from graph_simulator.world.gallery.descriptions import Description, ObjectMap, Rule

_ACTIVE = (
    'Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) > 5, "False", "True"), "0", "False")'
)
_ALIAS = 'NormalizeDiacritics(StripSpaces(Join(".", {first}, [PreferredLastName])))'
_FIRSTS = ("[PreferredFirstName]", "Mid([PreferredFirstName], 1, 1)", "Mid([PreferredFirstName], 1, 2)")
_LOGINS = ", ".join(f'Join("@", {_ALIAS.format(first=first)}, "contoso.com")' for first in _FIRSTS)
_SHORT = ", ".join(
    rf'Replace(Mid({_ALIAS.format(first=first)}, 1, 20), , "([\\/\\\\:;|=,+*?<>])", , "", , )' for first in _FIRSTS
)
_TO_AD_TIME = 'NumFromDate(Join("", FormatDateTime([{name}], , "yyyy-MM-ddzzz", "yyyy-MM-dd"), " 23:59:59-08:00"))'

_WORKER_TO_AD = rf"""
    employeeID | [WorkerID] | match 1
    userPrincipalName | SelectUniqueValue({_LOGINS}) | add
    sAMAccountName | SelectUniqueValue({_SHORT}) | add
    cn | SelectUniqueValue([PreferredNameData], Join(" ", [PreferredNameData], [WorkerID])) | add
    mailNickname | ToLower({_ALIAS.format(first="[PreferredFirstName]")})
    parentDistinguishedName | Switch([Municipality], "OU=Other,DC=contoso", "Berlin", "OU=Berlin,DC=contoso")
    accountDisabled | Not({_ACTIVE})
    accountExpires | {_TO_AD_TIME.format(name="ContractEndDate")}
    displayName | Join(", ", [PreferredLastName], [PreferredFirstName])
    givenName | [PreferredFirstName]
    sn | [PreferredLastName]
    initials | Append(Mid([PreferredFirstName], 1, 1), Mid([PreferredLastName], 1, 1))
    personalTitle | IgnoreFlowIfNullOrEmpty(Switch([PreferredTitle], "", "3443", "Dr.", "3444", "Prof."))
    title | Replace([BusinessTitle], "Product Developer", , , "Software Engineer", , )
    department | Word([SupervisoryOrganization], 1, "(")
    company | [Company]
    division | [CostCenterHierarchy]
    manager | [ManagerReference]
    physicalDeliveryOfficeName | [WorkSpaceReference]
    streetAddress | [AddressLineData]
    l | [Municipality]
    st | [CountryRegionReference]
    postalCode | [PostalCode]
    co | [CountryReferenceFriendly]
    c | [CountryReferenceTwoLetter]
    countryCode | Switch([CountryReferenceTwoLetter], "0", "DE", "276", "US", "840", "JP", "392")
    telephoneNumber | Replace([PrimaryWorkTelephone], , "[()\\s-]+", , "", , )
    mobile | Replace([PrimaryWorkMobile], , "\\+(?<isd>\\d* )(?<number>\\d+)", "number", , [PrimaryHomeTelephone], )
    facsimileTelephoneNumber | [PrimaryWorkFax]
    preferredLanguage | Switch([UserLanguage], "en-US", "Deutsch", "de-DE", "Nihongo", "ja-JP")
    employeeType | Coalesce([WorkerType], "Employee")
    extensionAttribute1 | [CostCenter]
    extensionAttribute2 | [JobFamily]
    extensionAttribute3 | [ManagementLevel]
    extensionAttribute4 | FormatDateTime([HireDate], , "yyyy-MM-ddzzz", "yyyyMMdd")
    extensionAttribute5 | DateAdd("d", -10, CDate([StatusHireDate]))
    extensionAttribute6 | DateDiff("ww", CDate([StatusHireDate]), Now())
    extensionAttribute7 | Join("/", [Company], [CostCenter], [JobFamily])
    extensionAttribute8 | PCase([PositionTitle], " -'")
    extensionAttribute9 | ConvertToUTF8Hex([WorkerID])
    extensionAttribute10 | IIF([Active] = "1", "on", "off")
"""
_CONTINGENT_TO_AD = """
    employeeID | [WorkerID] | match 1
    employeeType | | default Contingent
    displayName | Append([PreferredNameData], " (ext.)")
    givenName | [PreferredFirstName]
    sn | [PreferredLastName]
    company | [SupplierName]
    manager | [ManagerReference]
    accountExpires | NumFromDate(FormatDateTime([ContractEndDate], , "yyyy-MM-ddzzz", "yyyy-MM-dd"))
    accountDisabled | Not(IIF([Active] = "1", "True", "False"))
    telephoneNumber | [PrimaryWorkTelephone]
    title | [BusinessTitle]
"""
_UNIT_TO_AD = """
    cn | [OrganizationReferenceID] | match 1
    displayName | [OrganizationName]
    description | Left([OrganizationName], 100)
    mail | ToLower(Join("@", StripSpaces([OrganizationName]), "lists.contoso.com"))
    managedBy | [OrganizationLeader]
    member | [OrganizationMembers]
    groupType | | default 2
    extensionAttribute1 | [OrganizationCode]
"""
_MORE_WORKER = (
    "AcademicTenureDate@ AdditionalJobs* BenefitsServiceDate@ BirthDate@ CompanySpecificIDs* ContinuousServiceDate@"
    " CurrencyCode CustomOrganizations* EmergencyContacts* FTEPercent# Gender LastDayOfWork@ LeaveStatus?"
    " LocalReferences* MaritalStatus NationalIDs* PayGroup PayRate# ProbationEndDate@ Region RetirementDate@"
    " SeniorityDate@ TerminationDate@ TimeType UniversalID VisaIDs* WorkShift WorkerPhoto%"
)
_MORE_AD_USER = (
    "objectGUID objectSid% badPasswordTime# badPwdCount# codePage# homeDirectory homeDrive ipPhone lastLogon#"
    " lastLogonTimestamp# lockoutTime# logonCount# memberOf&* msDS-cloudExtensionAttribute1 msDS-"
    " cloudExtensionAttribute2 pager primaryGroupID# profilePath proxyAddresses* pwdLastSet# scriptPath"
    " servicePrincipalName* thumbnailPhoto% uidNumber# userAccountControl# userCertificate%* whenChanged@ whenCreated@"
)
WORKDAY_TO_AD = Description(
    rules=(
        Rule(
            "WORKER_INBOUND_USER",
            "Workday",
            "Active Directory",
            (ObjectMap("Worker", "user", _WORKER_TO_AD, scope=(("Berlin", ("Municipality | EQUALS | Berlin",)),)),),
            containers=("OU=Staff,DC=contoso,DC=com", "OU=Berlin,DC=contoso,DC=com"),
        ),
        Rule(
            "CONTINGENT_INBOUND_USER",
            "Workday",
            "Active Directory",
            (ObjectMap("ContingentWorker", "user", _CONTINGENT_TO_AD),),
        ),
        Rule("UNIT_INBOUND_GROUP", "Workday", "Active Directory", (ObjectMap("Organization", "group", _UNIT_TO_AD),)),
    ),
    more={("Workday", "Worker"): _MORE_WORKER, ("Active Directory", "user"): _MORE_AD_USER},
)

_WORKER_TO_ENTRA = rf"""
    employeeId | [WorkerID] | match 1
    userPrincipalName | ToLower(Join("@", {_ALIAS.format(first="[PreferredFirstName]")}, "contoso.com"))
    accountEnabled | {_ACTIVE}
    mailNickname | {_ALIAS.format(first="[PreferredFirstName]")}
    passwordProfile.password | Redact(RandomString(16, 3, 3, 3, 3)) | add
    displayName | Join(", ", [PreferredLastName], [PreferredFirstName])
    givenName | [PreferredFirstName]
    surname | [PreferredLastName]
    jobTitle | [BusinessTitle]
    department | Word([SupervisoryOrganization], 1, "(")
    companyName | [Company]
    manager | [ManagerReference]
    physicalDeliveryOfficeName | [WorkSpaceReference]
    streetAddress | [AddressLineData]
    city | [Municipality]
    state | [CountryRegionReference]
    postalCode | [PostalCode]
    country | [CountryReferenceFriendly]
    usageLocation | ToUpper([CountryReferenceTwoLetter])
    telephoneNumber | Replace([PrimaryWorkTelephone], , "[()\\s-]+", , "", , )
    mobile | [PrimaryWorkMobile]
    facsimileTelephoneNumber | [PrimaryWorkFax]
    preferredLanguage | Switch([UserLanguage], "en-US", "Deutsch", "de-DE")
    employeeType | [WorkerType]
    employeeHireDate | [StatusHireDate]
    employeeLeaveDateTime | DateAdd("h", 18, CDate([ContractEndDate]))
    employeeOrgData.costCenter | [CostCenter]
    employeeOrgData.division | [CostCenterHierarchy]
    otherMails | Split(Join(",", [PrimaryHomeEmail], [PrimaryWorkEmail]), ",")
    extensionAttribute1 | [JobFamily]
    extensionAttribute2 | [ManagementLevel]
    extensionAttribute3 | FormatDateTime([HireDate], , "yyyy-MM-ddzzz", "dd MMM yyyy")
    extensionAttribute4 | PCase([PositionTitle])
    extensionAttribute5 | Switch([TimeType], "other", "Full time", "FT", "Part time", "PT")
    extensionAttribute6 | Left([CostCenter], 4)
    extensionAttribute7 | InStr([BusinessTitle], "Manager", 1, vbTextCompare)
    extensionAttribute8 | Count([CompanySpecificIDs])
    extensionAttribute9 | Item([CompanySpecificIDs], 1)
    extensionAttribute10 | IIF([WorkerType] <> "Employee", "extern", "intern")
"""
_CONTINGENT_TO_ENTRA = """
    employeeId | [WorkerID] | match 1
    displayName | Append([PreferredNameData], " (ext.)")
    accountEnabled | IIF([Active] = "1", "True", "False")
    companyName | [SupplierName]
    manager | [ManagerReference]
    jobTitle | [BusinessTitle]
    employeeType | | default Contingent
    employeeLeaveDateTime | [ContractEndDate]
"""
_WORK_CONTACT = """
    WorkerID | [employeeId] | match 1
    EmailAddress | [mail]
    UserID | [userPrincipalName]
    PrimaryWorkTelephone | [telephoneNumber]
    PrimaryWorkMobile | [mobile]
    PhoneCountry | Left([telephoneNumber], 3)
    PhoneExtension | Word([telephoneNumber], 2, "x")
    IsPrimary | | default true
    PublicProfile | Append("https://people.example.com/", [mailNickname])
    DeviceType | Switch([mobile], "Mobile", "", "Landline")
    EmailUsage | | default WORK
    Comment | Join(" ", "From", [displayName])
    Changed | Now() | always
    Site | [physicalDeliveryOfficeName]
"""
WORKDAY_TO_ENTRA = Description(
    rules=(
        Rule(
            "WORKER_INBOUND_USER",
            "Workday",
            "Azure Active Directory",
            (ObjectMap("Worker", "User", _WORKER_TO_ENTRA, scope=(("Active", ("Active | IS TRUE",)),)),),
        ),
        Rule(
            "CONTINGENT_INBOUND_USER",
            "Workday",
            "Azure Active Directory",
            (ObjectMap("ContingentWorker", "User", _CONTINGENT_TO_ENTRA, is_enabled=False),),
        ),
        Rule(
            "USER_OUTBOUND_WORKER",
            "Azure Active Directory",
            "Workday",
            (ObjectMap("User", "Worker", _WORK_CONTACT, flow_types="Update"),),
        ),
    ),
    more={("Workday", "Worker"): _MORE_WORKER},
)
