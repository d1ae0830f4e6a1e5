"""Builders of ProvisioningRequests. Each gives the usual case, and a test names what is unusual."""

from collections.abc import Mapping
from typing import Any

from entrasync.api.names import ACCEPTED_UID_ANNOTATION
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.provisioning.request_resource import RequestResource, read_request
from entrasync.core.provisioning.rules import RequestFacts
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import NOW, holder

UID = "uid-of-anna"


def request(
    *,
    name: str = "anna",
    annotations: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    status: Mapping[str, Any] | None = None,
    uid: str = UID,
    **spec: Any,
) -> RequestResource:
    """A request for a user that no pass has seen yet; keywords are members of its spec."""
    usual = {"jobRef": {"name": "salesforce"}, "subjects": [{"objectId": "anna", "objectTypeName": "User"}]}
    metadata = {"name": name, "namespace": "identity", "uid": uid, "resourceVersion": "1", "generation": 1}
    marks = {"annotations": dict(annotations or {}), "labels": dict(labels or {})}
    return read_request({"metadata": metadata | marks, "spec": {**usual, **spec}, "status": dict(status or {})})


def accepted(*, status: Mapping[str, Any] | None = None, **overlay: Any) -> RequestResource:
    """A request that was accepted and not sent yet."""
    known = {"acceptedAt": write_precise_time(NOW), **(status or {})}
    return request(annotations={ACCEPTED_UID_ANNOTATION: UID}, status=known, **overlay)


def request_facts(seen: RequestResource | None = None, job: Resource | None = None, **overlay: Any) -> RequestFacts:
    """The facts about an accepted request with a job."""
    usual: dict[str, Any] = {"request": seen or accepted(), "job": job or holder(), "now": NOW}
    return RequestFacts(**(usual | overlay))
