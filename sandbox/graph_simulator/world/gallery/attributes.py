"""Makes the attributes of objects: what each is called, its type, and what else Graph tells of it."""

import re
from typing import Any

TYPES = {"#": "Integer", "?": "Boolean", "@": "DateTime", "&": "Reference", "%": "Binary"}
"""The types by the mark after a name; without one it is a String."""
_MARKED = re.compile(r"(?P<name>[^#?@&%*]+)(?P<mark>[#?@&%]?)(?P<many>\*?)")
_BY_NAME = {
    "active": "?",
    "accountEnabled": "?",
    "IsSoftDeleted": "?",
    "isActive": "?",
    "showInAddressList": "?",
    "securityEnabled": "?",
    "mailEnabled": "?",
    "manager": "&",
    "managedBy": "&",
    "owner": "&",
    "members": "&*",
    "member": "&*",
    "memberOf": "&*",
    "accountExpires": "#",
    "pwdLastSet": "#",
    "userAccountControl": "#",
    "groupType": "#",
    "employeeHireDate": "@",
    "employeeLeaveDateTime": "@",
    "StatusHireDate": "@",
    "thumbnailPhoto": "%",
    "objectSid": "%",
    "objectGUID": "%",
    "appRoleAssignments": "*",
    "proxyAddresses": "*",
    "otherMails": "*",
    "entitlements": "*",
    "roles": "*",
}
"""The marks of attributes that are in mappings, by the last part of their name."""
_ANCHORS = frozenset({"id", "objectId", "Id", "sys_id", "objectGUID", "WorkerID", "personIdExternal"})
_LONGEST = {"mailNickname": "64", "displayName": "256", "userPrincipalName": "113", "sAMAccountName": "20"}


def list_attributes(mapped: list[str], more: str) -> list[dict[str, Any]]:
    """Make the attributes of an object: those in its mappings, then more."""
    marked = dict.fromkeys(_mark(name) for name in mapped)
    marked |= dict.fromkeys(_split(text) for text in more.split())
    named = {name: (kind, many) for name, kind, many in reversed(marked)}
    return [_make_attribute(name, *named[name]) for name in reversed(named)]


def _mark(name: str) -> tuple[str, str, bool]:
    mark = _BY_NAME.get(re.split(r"[.:]", name)[-1], "")
    return name, TYPES.get(mark[:1], "String"), mark.endswith("*")


def _split(text: str) -> tuple[str, str, bool]:
    match = _MARKED.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no name of an attribute")
    return match["name"], TYPES.get(match["mark"], "String"), bool(match["many"])


def _make_attribute(name: str, kind: str, many: bool) -> dict[str, Any]:
    is_anchor = name in _ANCHORS
    return {
        "anchor": is_anchor,
        "caseExact": kind == "Reference" or is_anchor,
        "defaultValue": None,
        "flowNullValues": False,
        "multivalued": many,
        "mutability": "ReadOnly" if is_anchor else "WriteOnly" if name == "password" else "ReadWrite",
        "name": name,
        "required": is_anchor or name in {"userName", "userPrincipalName"},
        "type": kind,
        "apiExpressions": [{"key": "MSGraph", "value": f"$.{name}"}] if name.isalnum() and name.islower() else [],
        "metadata": _list_metadata(name),
        "referencedObjects": _list_references(name) if kind == "Reference" else [],
        "isReservedForService": False,
    }


def _list_metadata(name: str) -> list[dict[str, str]]:
    entries = [("MaximumLength", _LONGEST[name])] if name in _LONGEST else []
    if name.startswith("urn:") or "xtension" in name:
        entries.append(("IsCustomerDefined", "true"))
    return [{"key": key, "value": value} for key, value in entries]


def _list_references(name: str) -> list[dict[str, str | None]]:
    kinds = ("User", "Group") if "ember" in name else ("User",)
    return [{"referencedObjectName": kind, "referencedProperty": None} for kind in kinds]
