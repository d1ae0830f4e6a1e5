"""Describes the schemas of applications that speak SCIM."""

from graph_simulator.world.gallery.descriptions import Description, ObjectMap, Rule
from graph_simulator.world.gallery.people import ENTRA_GROUP, ENTRA_USER, SCIM_ENTERPRISE, SCIM_GROUP, SCIM_PERSON

_ENTRA = "Azure Active Directory"
_SCOPE = (
    ("Members of the house", ("userType | EQUALS | Member", "department | IS NOT NULL")),
    ("Contractors", ("employeeType | EQUALS | Contractor", "companyName | NOT REGEX MATCH | ^(Fabrikam|Litware)$")),
)
_ASSISTANTS = """
    userName | [userPrincipalName] | match 1
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager | [manager]
    active | Not(IsNull([manager]))
"""
_TARGET_USER = "id meta.created@ meta.lastModified@ meta.version meta.resourceType schemas* ims* x509Certificates%*"


def _describe(target: str, own: str, *, groups: str = SCIM_GROUP) -> Description:
    """Describe an application: its users with attributes of its own, its groups, and who manages whom."""
    users = ObjectMap("User", "User", SCIM_PERSON + SCIM_ENTERPRISE + own, scope=_SCOPE)
    managers = ObjectMap("User", "User", _ASSISTANTS, flow_types="Add,Update")
    return Description(
        rules=(
            Rule("USER_OUTBOUND_USER", _ENTRA, target, (users,)),
            Rule("GROUP_OUTBOUND_GROUP", _ENTRA, target, (ObjectMap("Group", "Group", groups),), groups=("All Staff",)),
            Rule("USER_OUTBOUND_MANAGER", _ENTRA, target, (managers,), is_editable=False),
        ),
        more={
            (_ENTRA, "User"): ENTRA_USER,
            (_ENTRA, "Group"): ENTRA_GROUP,
            (target, "User"): _TARGET_USER,
            (target, "Group"): "id meta.created@ meta.lastModified@ schemas*",
        },
    )


def _extend(urn: str, names: str) -> str:
    """Make the mappings of an extension: each of its attributes is from the next attribute of Exchange's fifteen."""
    lines = []
    for place, name in enumerate(names.split()):
        source = f"[extensionAttribute{place % 15 + 1}]"
        forms = (
            source,
            f'Append({source}, "")',
            f'IIF([userType] = "Guest", "none", Trim({source}))',
            f'Switch(ToLower({source}), "{name}", "true", "1", "false", "0")',
            f'Join(";", {source}, Mid([employeeId], 1, 4))',
        )
        lines.append(f"urn:ietf:params:scim:schemas:extension:{urn}:2.0:User:{name} | {forms[place % len(forms)]}")
    return "\n".join((*lines, ""))


CUSTOM = _describe(
    "customappsso",
    _extend(
        "contoso",
        "badge floor desk parking shift site region cluster project budget approver delegate pager locker laptop"
        " contract probation startDate",
    ),
)
SLACK = _describe(
    "Slack",
    _extend(
        "profile",
        "pronouns birthday team squad tribe chapter guild status skype github linkedin twitter hobbies languages"
        " emergencyContact startDate",
    )
    + 'urn:ietf:params:scim:schemas:extension:guest:2.0:User:expiration | DateAdd("m", 6, Now())',
)
ZOOM = _describe(
    "Zoom",
    _extend(
        "zoom",
        "userType license pmi plan site phone extension room region recording webinar largeMeeting seat vanity"
        " department jobFamily",
    )
    + "loginType | | default 101",
)
GITHUB = _describe(
    "gitHubEnterpriseCloud",
    _extend(
        "github",
        "login org team role seat copilot codespaces actions packages security billing sso enterprise machine"
        " signing scope audit",
    ),
    groups=SCIM_GROUP + 'roles | Split([extensionAttribute1], ";")',
)
DROPBOX = _describe(
    "Dropbox",
    _extend(
        "dropbox",
        "quota folder link space device backup paper sign vault transfer dash region tier legalHold suspend external",
    ),
)
