"""The ProvisioningRequests that are made, one for each object."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from entrasync.api.names import API_VERSION, PROVISIONING_KIND
from entrasync.api.policies import ProvisioningDetail
from entrasync.api.provisioning_request import ProvisioningRequestSpec
from kubectl_entrasync.failure import Failure

USER, GROUP = "User", "Group"

_PRINCIPAL_NAME = re.compile(r"[^@\s=,]+@[^@\s=,]+")

_LONGEST_NAME = 50
"""Characters of the job's name in that of a request, so that the API server can add its own."""


@dataclass(frozen=True)
class Wish:
    """What is provisioned, by which job."""

    job: str
    object_type: str = USER
    members: Sequence[str] = field(default=())
    """Of a group: the users who are provisioned with it."""
    rule: str | None = None
    shows_people: bool = False
    ttl: timedelta | None = None


def build_manifests(wish: Wish, object_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return a request for each object, named by the API server.

    Raises `Failure` if one of them cannot be meant: then none is made.
    """
    if wish.members and len(object_ids) != 1:
        raise Failure("--member is about one group. Give one group, or leave --member out.")
    return [_build(wish, object_id) for object_id in dict.fromkeys(object_ids)]


def _build(wish: Wish, object_id: str) -> dict[str, Any]:
    for each in (object_id, *wish.members):
        _refuse_principal_name(each)
    subject: dict[str, Any] = {"objectId": object_id, "objectTypeName": wish.object_type}
    if wish.members:
        subject["members"] = [{"objectId": member, "objectTypeName": USER} for member in wish.members]
    members = {
        "jobRef": {"name": wish.job},
        "subjects": [subject],
        "rule": wish.rule,
        "detail": str(ProvisioningDetail.ATTRIBUTES) if wish.shows_people else None,
        "ttlSecondsAfterFinished": int(wish.ttl.total_seconds()) if wish.ttl is not None else None,
    }
    spec = {name: value for name, value in members.items() if value is not None}
    _check(spec)
    metadata = {"generateName": f"{wish.job[:_LONGEST_NAME].rstrip('.-')}-"}
    return {"apiVersion": API_VERSION, "kind": PROVISIONING_KIND, "metadata": metadata, "spec": spec}


def _refuse_principal_name(object_id: str) -> None:
    if _PRINCIPAL_NAME.fullmatch(object_id):
        raise Failure(
            f"{object_id} is a user principal name, and Graph provisions by object id only. Find the id with `az ad "
            f"user show --id {object_id} --query id --output tsv`."
        )


def _check(spec: dict[str, Any]) -> None:
    """Raise `Failure` where the API server would refuse the spec, so that no request is made beside one that fails."""
    try:
        ProvisioningRequestSpec.model_validate(spec)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise Failure(f"This cannot be provisioned: {place}: {fault['msg'].removeprefix('Value error, ')}") from error
