"""A ProvisioningRequest of the API server as a pass sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from entrasync.api.names import ACCEPTED_UID_ANNOTATION, PROVISIONING_KIND
from entrasync.api.provisioning_request import ProvisioningRequestSpec
from entrasync.core.primitives.json_values import read_object
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.quotes import shorten
from entrasync.core.provisioning.record import RequestRecord, read_record
from entrasync.core.remote.provisioning import ProvisioningSubject
from entrasync.core.resource.object_meta import ObjectMeta, read_meta, read_spec, read_status

GITOPS_LABELS = (
    "app.kubernetes.io/instance",
    "argocd.argoproj.io/instance",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
)
GITOPS_ANNOTATIONS = ("argocd.argoproj.io/tracking-id", "meta.helm.sh/release-name")
"""What Argo CD, Flux and Helm mark the objects with that they keep: they create those again that are gone.

`app.kubernetes.io/instance` is the label by which Argo CD finds its objects unless it is told otherwise.
"""


@dataclass(frozen=True, kw_only=True)
class RequestResource(ObjectMeta):
    """One ProvisioningRequest. `status` and `labels` are as stored, never trusted to be well-formed."""

    kind: ClassVar[str] = PROVISIONING_KIND

    spec: ProvisioningRequestSpec | None
    invalid_spec: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def record(self) -> RequestRecord:
        """The status as decisions read it."""
        return read_record(self.status)

    def with_record(self, record: RequestRecord) -> "RequestResource":
        """Return a working copy with another record."""
        return replace(self, status=record.write(self.status))

    @property
    def job_key(self) -> ObjectKey | None:
        """The SynchronizationJob that it names; None if its spec cannot be read."""
        return ObjectKey(self.key.namespace, self.spec.job_ref.name) if self.spec else None

    @property
    def accepted_uid(self) -> str | None:
        """The uid of the object that was accepted. This one is another if it was copied or restored."""
        return self.annotations.get(ACCEPTED_UID_ANNOTATION)

    @property
    def is_tracked(self) -> bool:
        """Whether a GitOps tool keeps it, and creates it again when it is gone."""
        return any(name in self.labels for name in GITOPS_LABELS) or any(
            name in self.annotations for name in GITOPS_ANNOTATIONS
        )


def read_request(raw: Mapping[str, Any]) -> RequestResource:
    """Read a ProvisioningRequest as the API server sends it.

    A spec that cannot be read raises nothing: `invalid_spec` says what is wrong with it.
    """
    spec, fault = read_spec(raw, ProvisioningRequestSpec.model_validate)
    labels = read_object(raw["metadata"].get("labels"))
    return RequestResource(
        **vars(read_meta(raw)), spec=spec, invalid_spec=fault, labels=labels, status=read_status(raw)
    )


def subject_of(spec: ProvisioningRequestSpec) -> ProvisioningSubject:
    """Return the object that a request is about, as Graph is asked for it."""
    [subject] = spec.subjects
    members = tuple(_read(member.object_id, member.object_type_name) for member in subject.members or ())
    return replace(_read(subject.object_id, subject.object_type_name), members=members)


def name_subject(spec: ProvisioningRequestSpec) -> str:
    """Return how messages call the object: by type and id, which stand in spec."""
    [subject] = spec.subjects
    return f"{shorten(subject.object_type_name, 100)} {shorten(subject.object_id, 200)}"


def _read(object_id: str, object_type: str) -> ProvisioningSubject:
    return ProvisioningSubject(object_id, object_type)
