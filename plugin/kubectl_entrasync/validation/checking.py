"""Checks one object: whether it is ours, and all that the API server would refuse about it."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from entrasync.api.generate.crd import graph_connection_crd, provisioning_request_crd, synchronization_job_crd
from entrasync.api.names import API_VERSION, CONNECTION_KIND, GROUP, KIND, PROVISIONING_KIND
from kubectl_entrasync.validation.fault import Fault, Place
from kubectl_entrasync.validation.metadata import check_metadata
from kubectl_entrasync.validation.rules import check_rules
from kubectl_entrasync.validation.schema_check import Schema, check_lists, check_schema, complete, find_unknown

CRDS: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    KIND: synchronization_job_crd,
    CONNECTION_KIND: graph_connection_crd,
    PROVISIONING_KIND: provisioning_request_crd,
}

RULES_NOT_RUN = (
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete "
    "validation"
)


@cache
def read_schema(kind: str) -> Schema:
    """Return the schema of a kind, from the same models as its CRD."""
    schema: Schema = CRDS[kind]()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def is_ours(content: Any) -> bool:
    """Whether an object is of our group."""
    return isinstance(content, Mapping) and str(content.get("apiVersion", "")).partition("/")[0] == GROUP


def check_object(content: Mapping[str, Any]) -> list[Fault]:
    """Find all faults of an object of our group, as if it were created."""
    kind = content.get("kind")
    if kind not in CRDS or content["apiVersion"] != API_VERSION:
        words = f'no matches for kind "{kind}" in version "{content["apiVersion"]}"'
        kinds = f"The kinds of {API_VERSION} are {', '.join(CRDS)}."
        return [Fault(Place().member("kind"), words, f"{words}. {kinds}")]
    return [*check_metadata(content.get("metadata")), *_check_content(read_schema(kind), content)]


def _check_content(schema: Schema, content: Mapping[str, Any]) -> Iterator[Fault]:
    # A status in a manifest is dropped by the API server.
    own = {name: value for name, value in content.items() if name not in ("metadata", "status")}
    yield from find_unknown(schema, own, Place())
    stored = complete(schema, own)
    found = [*check_schema(schema, stored, Place()), *check_lists(schema, stored, Place())]
    yield from found
    if any(fault.hides_rules for fault in found):
        yield Fault(Place(text="<nil>"), f"Invalid value: null: {RULES_NOT_RUN}", RULES_NOT_RUN)
    else:
        yield from check_rules(schema, stored, Place())
