"""Describes the schemas of applications that have an interface of their own."""

from graph_simulator.world.gallery.descriptions import Description, ObjectMap, Rule
from graph_simulator.world.gallery.people import ENTRA_GROUP, ENTRA_USER

_ENTRA = "Azure Active Directory"

_CRM_USER = r"""
    Username | Append([userPrincipalName], ".sandbox") | match 1
    FederationIdentifier | [userPrincipalName] | match 2
    IsActive | Switch([IsSoftDeleted], , "False", "True", "True", "False")
    Alias | ToLower(Append(Mid(NormalizeDiacritics([givenName]), 1, 1), Mid(NormalizeDiacritics([surname]), 1, 4)))
    Email | [mail]
    FirstName | [givenName]
    LastName | Coalesce([surname], [displayName], "Unknown")
    Name | Join(", ", [surname], [givenName])
    CommunityNickname | [mailNickname]
    CompanyName | [companyName] | default Contoso
    Department | [department]
    Division | Word([department], 2, "/")
    Title | Left([jobTitle], 80)
    EmployeeNumber | [employeeId]
    Phone | Replace([telephoneNumber], , "(?<prefix>^00)", "prefix", "+", , )
    MobilePhone | Replace([mobile], " ", , , "-", , )
    Fax | [facsimileTelephoneNumber]
    Extension | Word([telephoneNumber], 2, "x")
    Street | [streetAddress]
    City | [city]
    State | [state]
    PostalCode | [postalCode]
    Country | Switch([country], [country], "United States", "USA", "Deutschland", "Germany")
    LanguageLocaleKey | Replace([preferredLanguage], "-", , , "_", , ) | default en_US
    LocaleSidKey | Replace([preferredLanguage], "-", , , "_", , ) | default en_US
    TimeZoneSidKey | | default America/Los_Angeles
    EmailEncodingKey | | default UTF-8
    ProfileName | SingleAppRoleAssignment([appRoleAssignments]) | default Chatter Free User
    UserRoleName | IIF([userType] = "Guest", "Partner", IIF([country] = "USA", "Sales West", "Sales East"))
    UserPermissionsMarketingUser | CBool([extensionAttribute1] = "marketing")
    UserPermissionsOfflineUser | | default True
    UserPermissionsMobileUser | Not([extensionAttribute6])
    UserPermissionsKnowledgeUser | IsPresent([extensionAttribute7])
    ForecastEnabled | IsString([extensionAttribute8])
    ReceivesAdminInfoEmails | | default False
    ReceivesInfoEmails | | default False
    PermissionSets | Split([extensionAttribute5], ",")
    CallCenterName | IgnoreFlowIfNullOrEmpty(Switch([city], "", "Berlin", "EMEA", "Seattle", "AMER"))
    DelegatedApproverName | [manager]
    ManagerName | [manager]
    Signature | Replace([displayName], "<name>", , , , , "Kind regards, <name>")
    StartDay | FormatDateTime([employeeHireDate], , "yyyy-MM-ddTHH:mm:ssZ", "dd/MM/yyyy")
    EndDay | FormatDateTime([employeeLeaveDateTime], , "yyyy-MM-ddTHH:mm:ssZ", "dd/MM/yyyy")
    BadgeText | ConvertToUTF8Hex(Join("", 1000, Mid([objectId], 1, 8)))
    DigestFrequency | | default W
    ExternalId__c | [objectId]
    Cost_Center__c | [extensionAttribute4]
    Office__c | [physicalDeliveryOfficeName]
    Building__c | Word([physicalDeliveryOfficeName], 1, " -/")
    Assistant__c | Item([otherMails], 1)
    Addresses__c | Count([proxyAddresses])
"""
_CRM_GROUP = """
    Name | [displayName] | match 1
    DeveloperName | Replace([mailNickname], , "[^A-Za-z0-9_]", , "_", , )
    Type | | default Regular
    Email | [mail]
    Members | [members]
"""
_CRM_CONTACT = """
    ExternalId__c | [objectId] | match 1
    LastName | [surname]
    FirstName | [givenName]
    Email | [mail]
    AccountName | [companyName]
    Phone | [telephoneNumber]
    Description | Left(Join(" ", [displayName], [jobTitle]), 255)
"""
CRM = Description(
    rules=(
        Rule(
            "USER_OUTBOUND_USER",
            _ENTRA,
            "salesforce",
            (ObjectMap("User", "User", _CRM_USER, scope=(("Sales", ("department | REGEX MATCH | ^Sales",)),)),),
        ),
        Rule(
            "GROUP_OUTBOUND_GROUP", _ENTRA, "salesforce", (ObjectMap("Group", "Group", _CRM_GROUP, is_enabled=False),)
        ),
        Rule(
            "GUEST_OUTBOUND_CONTACT",
            _ENTRA,
            "salesforce",
            (ObjectMap("User", "Contact", _CRM_CONTACT, scope=(("Guests", ("userType | EQUALS | Guest",)),)),),
        ),
    ),
    more={
        (_ENTRA, "User"): ENTRA_USER,
        (_ENTRA, "Group"): ENTRA_GROUP,
        ("salesforce", "User"): "Id AccountId CallCenterId ContactId CreatedDate@ LastLoginDate@ UserType SmallPhoto%"
        " BannerPhoto% NumberOfFailedLogins# IsPortalEnabled? IsProfilePhotoActive? Stay_In_Touch_Note GeocodeAccuracy",
        ("salesforce", "Contact"): "Id AccountId Birthdate@ Department HasOptedOutOfEmail? LeadSource OtherPhone",
    },
)

_DESK_USER = r"""
    user_name | [userPrincipalName] | match 1
    active | Switch([IsSoftDeleted], , "False", "1", "True", "0")
    first_name | [givenName]
    middle_name | Word([displayName], 2, " ")
    last_name | [surname]
    name | PCase([displayName])
    email | ToLower([mail])
    title | [jobTitle]
    phone | [telephoneNumber]
    home_phone | IgnoreFlowIfNullOrEmpty([extensionAttribute9])
    mobile_phone | [mobile]
    street | [streetAddress]
    city | [city]
    state | [state]
    zip | [postalCode]
    country | [country]
    location | Join(", ", [city], [country])
    building | [physicalDeliveryOfficeName]
    company | [companyName]
    department | [department]
    cost_center | [extensionAttribute4]
    employee_number | [employeeId]
    manager | [manager]
    preferred_language | ToLower(Left([preferredLanguage], 2)) | default en
    time_zone | Switch([country], "GMT", "Germany", "Europe/Berlin", "USA", "US/Pacific", "Japan", "Asia/Tokyo")
    date_format | IIF([country] = "USA", "MM-dd-yyyy", "yyyy-MM-dd")
    time_format | | default HH:mm:ss
    vip | CBool([extensionAttribute11] = "vip")
    locked_out | IIF(DateDiff("d", Now(), CDate([employeeLeaveDateTime])) > 5, "false", "true")
    password_needs_reset | | default false
    roles | AppRoleAssignmentsComplex([appRoleAssignments])
    source | Append("entra:", [objectId])
    sso_source | | default sso:entra
    u_hired_on | FormatDateTime([employeeHireDate], , "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-dd HH:mm:ss")
    u_review_on | DateAdd("yyyy", 1, CDate([employeeHireDate]))
    u_type | Coalesce([employeeType], [userType], "Employee")
    u_alias | Replace(Replace([mail], "@contoso.com", , , "", , ), , "[._]", , "-", , )
    u_flags | BitAnd([extensionAttribute12], &HFF)
    u_hash | ConvertToBase64([employeeId])
    u_position | InStr([userPrincipalName], "@")
    u_groups | Join(";", RemoveDuplicates([otherMails]))
    u_notes | Redact([extensionAttribute13])
"""
_DESK_GROUP = """
    name | [displayName] | match 1
    description | [description]
    email | [mail]
    manager | [manager]
    active | | default true
    type | Switch([securityEnabled], "catalog", "True", "security")
    members | [members]
    u_external_id | [objectId]
"""
_DESK_LOCATION = """
    name | [physicalDeliveryOfficeName] | match 1
    street | [streetAddress]
    city | [city]
    state | [state]
    zip | [postalCode]
    country | [country]
    full_name | Join("/", [country], [state], [city], [physicalDeliveryOfficeName])
    time_zone | Switch([state], "GMT", "CA", "US/Pacific", "NY", "US/Eastern")
    contact | [manager]
    u_code | ToUpper(Replace([physicalDeliveryOfficeName], , "[^A-Za-z0-9]", , "", , ))
"""
SERVICE_DESK = Description(
    rules=(
        Rule(
            "USER_OUTBOUND_USER",
            _ENTRA,
            "ServiceNow",
            (
                ObjectMap(
                    "User",
                    "sys_user",
                    _DESK_USER,
                    scope=(
                        ("Numbered", ("employeeId | Greater_Than | 1000", "accountEnabled | IS TRUE")),
                        ("Named", ("jobTitle | Includes | Manager", "mail | ENDS_WITH | contoso.com")),
                    ),
                ),
            ),
        ),
        Rule("GROUP_OUTBOUND_GROUP", _ENTRA, "ServiceNow", (ObjectMap("Group", "sys_user_group", _DESK_GROUP),)),
        Rule(
            "OFFICE_OUTBOUND_LOCATION",
            _ENTRA,
            "ServiceNow",
            (ObjectMap("User", "cmn_location", _DESK_LOCATION, flow_types="Add,Update"),),
        ),
    ),
    more={
        (_ENTRA, "User"): ENTRA_USER,
        (_ENTRA, "Group"): ENTRA_GROUP,
        ("ServiceNow", "sys_user"): "sys_id sys_class_name sys_created_on@ sys_updated_on@ sys_mod_count# photo%"
        " avatar% calendar_integration# failed_attempts# last_login_time@ internal_integration_user? gender schedule&",
        (
            "ServiceNow",
            "sys_user_group",
        ): "sys_id sys_created_on@ cost_center default_assignee& exclude_manager? parent&",
        ("ServiceNow", "cmn_location"): "sys_id latitude longitude parent& phone fax_phone stock_room?",
    },
)

_SUITE_USER = r"""
    primaryEmail | [userPrincipalName] | match 1
    suspended | Switch([IsSoftDeleted], , "False", "False", "True", "True")
    name.givenName | [givenName]
    name.familyName | [surname]
    name.displayName | [displayName]
    password | RandomString(20, 3, 3, 3, 3, "\"\\") | add
    changePasswordAtNextLogin | | default true
    orgUnitPath | Join("", "/", Switch([country], "World", "Germany", "EMEA/DE", "USA", "AMER/US"), "/", [department])
    includeInGlobalAddressList | [showInAddressList] | default true
    ipWhitelisted | | default false
    recoveryEmail | Item([otherMails], 1)
    recoveryPhone | Replace([mobile], , "[^0-9+]", , "", , )
    emails[type eq "work"].address | [mail]
    emails[type eq "home"].address | Item([otherMails], 2)
    aliases | RemoveDuplicates([proxyAddresses])
    phones[type eq "work"].value | [telephoneNumber]
    phones[type eq "mobile"].value | [mobile]
    phones[type eq "work_fax"].value | [facsimileTelephoneNumber]
    addresses[type eq "work"].streetAddress | [streetAddress]
    addresses[type eq "work"].locality | [city]
    addresses[type eq "work"].region | [state]
    addresses[type eq "work"].postalCode | [postalCode]
    addresses[type eq "work"].country | [country]
    addresses[type eq "work"].formatted | Join(", ", [streetAddress], [city])
    organizations[type eq "work"].name | [companyName]
    organizations[type eq "work"].title | [jobTitle]
    organizations[type eq "work"].department | [department]
    organizations[type eq "work"].costCenter | [extensionAttribute4]
    organizations[type eq "work"].location | [physicalDeliveryOfficeName]
    organizations[type eq "work"].description | IIF([userType] <> "Member", "Guest of the house", [jobTitle])
    externalIds[type eq "organization"].value | [employeeId]
    externalIds[type eq "account"].value | [objectId]
    relations[type eq "manager"].value | [manager]
    relations[type eq "assistant"].value | IgnoreFlowIfNullOrEmpty([extensionAttribute10])
    languages.languageCode | ToLower([preferredLanguage]) | default en
    locations[type eq "desk"].buildingId | Word([physicalDeliveryOfficeName], 1, "-")
    locations[type eq "desk"].floorName | Word([physicalDeliveryOfficeName], 2, "-")
    locations[type eq "desk"].deskCode | Word([physicalDeliveryOfficeName], 3, "-")
    websites[type eq "profile"].value | Append("https://me.example.com/", [mailNickname])
    keywords[type eq "occupation"].value | PCase(Trim([jobTitle]))
    notes.value | Left([extensionAttribute14], 500)
    gender.type | | default unknown
    customSchemas.hr.hired | FormatDateTime([employeeHireDate], , "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-dd")
    customSchemas.hr.leaves | FormatDateTime([employeeLeaveDateTime], , "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-dd")
    customSchemas.hr.tenure | DateDiff("yyyy", CDate([employeeHireDate]), Now())
    customSchemas.hr.id | Guid() | add
    customSchemas.hr.level | Switch([extensionAttribute15], "L1", "2", "L2", "3", "L3")
"""
_SUITE_GROUP = """
    email | ToLower(Join("@", [mailNickname], "groups.contoso.com")) | match 1
    name | [displayName]
    description | [description]
    members | [members]
    aliases | [proxyAddresses]
    whoCanJoin | | default INVITED_CAN_JOIN
"""
_SUITE_CONTACT = """
    email | [mail] | match 1
    fullName | [displayName]
    givenName | [givenName]
    familyName | [surname]
    company | [companyName]
    jobTitle | [jobTitle]
    phone | [telephoneNumber]
    note | Join(" ", "Guest since", FormatDateTime([employeeHireDate], , "yyyy-MM-ddTHH:mm:ssZ", "yyyy"))
"""
SUITE = Description(
    rules=(
        Rule("USER_OUTBOUND_USER", _ENTRA, "gsuite", (ObjectMap("User", "User", _SUITE_USER),)),
        Rule("GROUP_OUTBOUND_GROUP", _ENTRA, "gsuite", (ObjectMap("Group", "Group", _SUITE_GROUP),)),
        Rule(
            "GUEST_OUTBOUND_SHAREDCONTACT",
            _ENTRA,
            "gsuite",
            (ObjectMap("User", "SharedContact", _SUITE_CONTACT, scope=(("Guests", ("userType | EQUALS | Guest",)),)),),
        ),
    ),
    more={
        (_ENTRA, "User"): ENTRA_USER,
        (_ENTRA, "Group"): ENTRA_GROUP,
        ("gsuite", "User"): "id creationTime@ lastLoginTime@ isAdmin? isDelegatedAdmin? agreedToTerms? thumbnailPhoto%"
        " isMailboxSetup? isEnrolledIn2Sv? nonEditableAliases*",
        ("gsuite", "Group"): "id directMembersCount# adminCreated? nonEditableAliases*",
    },
)
