"""The constraints of a ProvisioningRequest."""

from typing import Any

from tests.cluster.constraints.constraint import (
    Constraint,
    Overlay,
    number,
    object_name,
    one_of,
    required,
    size,
    spec,
    text,
)
from tests.cluster.constraints.status import STATUS

SUBJECTS = ".spec.subjects"
MEMBERS = f"{SUBJECTS}[].members"
USER: dict[str, Any] = {"objectId": "9bb0f679-a883-4a6f-8260-35b491b8b8c8", "objectTypeName": "User"}

SMALLEST_REQUEST: dict[str, Any] = {"jobRef": {"name": "salesforce"}, "subjects": [USER]}


def _subject(**members: Any) -> Overlay:
    return spec(subjects=[{name: value for name, value in (USER | members).items() if value is not None}])


def _members(items: list[dict[str, Any]]) -> Overlay:
    return _subject(objectTypeName="Group", members=items)


def _member(**members: Any) -> Overlay:
    return _members([{name: value for name, value in (USER | members).items() if value is not None}])


def _object_of_source(place: str, put: Any) -> tuple[Constraint, ...]:
    """Constrain id and type of an object."""
    return (
        required(place, "objectId", put(), put(objectId=None)),
        required(place, "objectTypeName", put(), put(objectTypeName=None)),
        text(
            f"{place}.objectId",
            lambda text: put(objectId=text),
            "An object id is the id of the object in the source:",
            accepted=("21451", "CN=Anna Berg,OU=Users,DC=contoso,DC=com", USER["objectId"]),
            refused=("", " ", " x", "x ", "x\n", "x\ny"),
            longest=1024,
        ),
        text(
            f"{place}.objectTypeName",
            lambda text: put(objectTypeName=text),
            "An object type is a name of the schema in its own case, such as User, Group, user or Worker.",
            accepted=("User", "user", "Worker"),
            refused=("", "two words", "User\n"),
            longest=128,
        ),
    )


PROVISIONING = (
    Constraint(" required spec", accepted=({},), refused=({"spec": None},), message="spec: Required value"),
    Constraint(
        ".spec rule",
        before={},
        accepted=({}, {"metadata": {"labels": {"team": "a"}}}),
        refused=(
            _subject(objectId="another"),
            _member(),
            spec(jobRef={"name": "zendesk"}),
            spec(rule="USERS"),
            spec(detail="Attributes"),
            spec(ttlSecondsAfterFinished=60),
        ),
        message="spec: It cannot be changed, for a request is sent once at most. Create another ProvisioningRequest.",
    ),
    required(".spec", "jobRef", {}, spec(jobRef=None)),
    required(".spec", "subjects", {}, spec(subjects=None)),
    required(".spec.jobRef", "name", {}, spec(jobRef={})),
    object_name(".spec.jobRef.name", lambda text: spec(jobRef={"name": text})),
    size(
        SUBJECTS,
        lambda items: spec(subjects=items),
        1,
        1,
        lambda _: USER,
        "A request is about one object. Create one request for each further one.",
    ),
    *_object_of_source(f"{SUBJECTS}[]", _subject),
    size(MEMBERS, _members, 1, 5, lambda _: USER, "Graph takes from 1 to 5 members of a group in one request."),
    *_object_of_source(f"{MEMBERS}[]", _member),
    text(
        ".spec.rule",
        lambda text: spec(rule=text),
        "The name of a rule is Graph's own. It has from 1 to 256 characters.",
        accepted=("USER_OUTBOUND_USER", "with spaces: é"),
        refused=("",),
        longest=256,
    ),
    one_of(".spec.detail", lambda text: spec(detail=text), "Summary", "Attributes"),
    number(
        ".spec.ttlSecondsAfterFinished",
        lambda value: spec(ttlSecondsAfterFinished=value),
        0,
        31_622_400,
        "A time to live is a number of seconds from 0 to 31622400, which is a year.",
    ),
    *STATUS,
)
