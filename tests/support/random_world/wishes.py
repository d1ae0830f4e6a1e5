"""What may be asked for in a random world: specs of resources, the changes of them, and the schemas that they want."""

from typing import Any

from hypothesis import strategies as st

from entrasync.api.conditions import ConditionType
from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.api.policies import AdoptionPolicy, DeletionPolicy, ManagementPolicy, OnMissing, ScheduleState
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import application
from tests.support.random_world.faults import BrokenPromise, Fault
from tests.support.random_world.replicated_schemas import source_of
from tests.support.random_world.world import World
from tests.support.schemas import schema_wish

CREDENTIALS = application("BaseAddress=https://scim", "SecretToken<scim.token")
SOURCES = ("userPrincipalName", "mail", "mailNickname")
SCHEMAS = {source: schema_wish({"target": "userName", "attribute": source}) for source in SOURCES}
SCHEMA_BY_EXPRESSION = schema_wish({"target": "displayName", "expression": "ToLower([mail])"})
TIMETABLE = PeriodicRestartSpec(cron="0 * * * *")
tokens = st.sampled_from(["one", "two", "three"])
answers = st.lists(
    st.sampled_from([Fault.LOST_BUT_DONE, Fault.LOST_AND_NOT_DONE, Fault.KILLED_AFTER, Fault.THROTTLED]), max_size=2
)
FORBIDS: list[dict[str, Any]] = [{"is_suspended": True}, {"management_policy": ManagementPolicy.OBSERVE}]
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "schedule_state": st.sampled_from(ScheduleState),
    "deletion_policy": st.sampled_from(DeletionPolicy),
    "on_missing": st.sampled_from(OnMissing),
    "adoption_policy": st.sampled_from(AdoptionPolicy),
    "management_policy": st.sampled_from(ManagementPolicy),
    "is_suspended": st.booleans(),
    "interval": st.sampled_from([None, "PT20M"]),
    "settings": st.sampled_from([(), (("LookaheadQueryEnabled", "False"),)]),
    "schema": st.sampled_from([None, *SCHEMAS.values(), SCHEMA_BY_EXPRESSION]),
    "periodic_restart": st.sampled_from([None, TIMETABLE]),
    "application": st.sampled_from([None, CREDENTIALS, application(scope="All"), application(scope="AssignedOnly")]),
}


def one_change(field: str) -> st.SearchStrategy[dict[str, Any]]:
    return FIELDS[field].map(lambda value: {field: value})


changes = st.sampled_from(sorted(FIELDS)).flatmap(one_change)
specs = st.lists(changes, max_size=3).map(lambda found: {name: value for each in found for name, value in each.items()})


def watch_schema(world: World, resource: Resource) -> None:
    """Check after a long peace that a resource that says Ready has a job with the schema that its spec wants."""
    wanted = next(
        (source for source, wish in SCHEMAS.items() if resource.desired and resource.desired.schema == wish), None
    )
    is_ready = resource.record.is_true(ConditionType.READY) and not resource.is_suspended
    if wanted is None or not is_ready or resource.is_observe_only:
        return
    world.promises.looks["Ready with a schema of spec"] += 1
    found = source_of(world.graph.newest_schema(str(resource.held_job_id)), "userName")
    if found is None or found["name"] != wanted:
        raise BrokenPromise(f"{resource.key} is Ready, but {found} flows into userName and {wanted} is wanted")
