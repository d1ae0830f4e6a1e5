"""Reads a SynchronizationJob from the JSON of the API server."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from entrasync.api.job.spec import ScheduleSpec, SynchronizationJobSpec
from entrasync.api.policies import AdoptionPolicy, OnMissing, Readiness
from entrasync.api.references import ConnectionKind
from entrasync.core.resource.defaults import DEFAULTABLE_FIELDS, Defaults
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.object_meta import read_meta, read_spec, read_status

MAX_REMEMBERED_SPECS = 1000
"""Resources whose specs are remembered as read. Most answers and events of one resource come within seconds."""

ReadSpec = tuple[Desired | None, str | None]
"""The spec as rules read it, or None and what is wrong with it."""


def read_resource(raw: Mapping[str, Any]) -> Resource:
    """Read a SynchronizationJob as the API server sends it. Defaults are not yet in it: the store adds them.

    A spec that cannot be read is not raised: `invalid_spec` says what is wrong with it.
    """
    return _combine(raw, _read_spec(raw))


class ResourceReader:
    """Reads SynchronizationJobs, and a spec only when it has changed: each pass shows one several times."""

    def __init__(self) -> None:
        self._specs: OrderedDict[str, tuple[object, ReadSpec]] = OrderedDict()
        """The specs that were read last, by uid, as they were sent and as they were read."""

    def read(self, raw: Mapping[str, Any]) -> Resource:
        """Read a resource as `read_resource` does."""
        uid, sent = raw["metadata"]["uid"], raw.get("spec")
        known = self._specs.get(uid)
        if known is None or known[0] != sent:
            known = self._specs[uid] = (sent, _read_spec(raw))
        self._specs.move_to_end(uid)
        if len(self._specs) > MAX_REMEMBERED_SPECS:
            self._specs.popitem(last=False)
        return _combine(raw, known[1])


def _read_spec(raw: Mapping[str, Any]) -> ReadSpec:
    return read_spec(raw, lambda spec: _resolve(SynchronizationJobSpec.model_validate(spec)))


def _combine(raw: Mapping[str, Any], spec: ReadSpec) -> Resource:
    desired, fault = spec
    return Resource(**vars(read_meta(raw)), desired=desired, invalid_spec=fault, status=read_status(raw))


def _resolve(spec: SynchronizationJobSpec) -> Desired:
    built_in = Defaults()
    schedule = spec.schedule or ScheduleSpec()
    names_install = spec.connection_ref is not None and spec.connection_ref.kind is ConnectionKind.INSTALL_CONNECTION
    return Desired(
        service_principal_id=spec.service_principal.object_id or "",
        template_id=spec.template.id or "",
        app_id=spec.service_principal.app_id,
        factory_tag=spec.template.factory_tag,
        poll_interval=spec.poll_interval or built_in.poll_interval,
        connection_name=None if names_install or spec.connection_ref is None else spec.connection_ref.name,
        uses_install_connection=names_install,
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
        schema=spec.job_schema,
        restart=spec.restart,
        periodic_restart=spec.periodic_restart,
        recovery=spec.recovery,
        management_policy=spec.management_policy or built_in.management_policy,
        deletion_policy=spec.deletion_policy or built_in.deletion_policy,
        is_suspended=bool(spec.suspend),
        unset=frozenset(name for name in DEFAULTABLE_FIELDS if getattr(spec, name) is None),
    )
