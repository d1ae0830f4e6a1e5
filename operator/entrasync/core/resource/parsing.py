"""From the API server's JSON to our own resource. A spec that cannot be read is told, never raised."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from entrasync.api.job.spec import ScheduleSpec, SynchronizationJobSpec
from entrasync.api.policies import AdoptionPolicy, OnMissing, Readiness
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import parse_time
from entrasync.core.resource.defaults import DEFAULTED, Defaults
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource


def read_resource(raw: Mapping[str, Any]) -> Resource:
    """Read a SynchronizationJob as the API server sends it; the store puts defaults where its spec is silent."""
    metadata, status = raw["metadata"], raw.get("status")
    desired, fault = _read_spec(raw.get("spec") or {})
    return Resource(
        key=ObjectKey(metadata.get("namespace", ""), metadata["name"]),
        uid=metadata["uid"],
        generation=metadata.get("generation", 0),
        resource_version=metadata["resourceVersion"],
        created_at=parse_time(metadata.get("creationTimestamp")) or datetime(1970, 1, 1, tzinfo=UTC),
        desired=desired,
        invalid_spec=fault,
        is_deleting="deletionTimestamp" in metadata,
        finalizers=tuple(metadata.get("finalizers") or ()),
        annotations=metadata.get("annotations") or {},
        status=status if isinstance(status, dict) else {},
    )


def _read_spec(raw: Mapping[str, Any]) -> tuple[Desired | None, str | None]:
    try:
        spec = SynchronizationJobSpec.model_validate(raw)
        return _resolve(spec), None
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        places = "; ".join(f"spec.{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        return None, places or str(error)


def _resolve(spec: SynchronizationJobSpec) -> Desired:
    built_in = Defaults()
    schedule = spec.schedule or ScheduleSpec()
    return Desired(
        service_principal_id=spec.service_principal.object_id or "",
        template_id=spec.template.id or "",
        app_id=spec.service_principal.app_id,
        factory_tag=spec.template.factory_tag,
        poll_interval=spec.poll_interval or built_in.poll_interval,
        connection_name=spec.connection_ref.name if spec.connection_ref else None,
        job_id=spec.job_id,
        adoption_policy=spec.adoption_policy or AdoptionPolicy.ADOPT_OR_CREATE,
        on_missing=spec.on_missing or OnMissing.RECREATE,
        schedule_state=schedule.state,
        interval=schedule.interval,
        expiration=schedule.expiration,
        max_age=spec.freshness.max_age if spec.freshness else None,
        readiness=spec.readiness or Readiness.HEALTHY,
        application=spec.application,
        settings=tuple((setting.name, setting.value) for setting in spec.settings or ()),
        management_policy=spec.management_policy or built_in.management_policy,
        deletion_policy=spec.deletion_policy or built_in.deletion_policy,
        is_suspended=bool(spec.suspend),
        unset=frozenset(name for name in DEFAULTED if getattr(spec, name) is None),
    )
