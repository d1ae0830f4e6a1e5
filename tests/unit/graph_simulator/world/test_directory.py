"""Checks how service principals and jobs are created, found, hidden and removed."""

from datetime import UTC, datetime, timedelta

from graph_simulator.world.directory import DEFAULT_TENANT, JobRecord, World
from graph_simulator.world.replication import Replication
from graph_simulator.world.templates import TEMPLATES

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
SCIM = TEMPLATES["scim"]


def make_record(world: World) -> JobRecord:
    principal = world.add_service_principal("app")
    job = world.create_job(principal, SCIM, NOW)
    record = world.find_record(principal.id, job.id, NOW)
    assert record is not None
    return record


def test_a_jobs_id_consists_of_template_tenant_and_guid() -> None:
    job = make_record(World()).job
    template, tenant, guid = job.id.split(".")
    assert (template, tenant) == ("scim", DEFAULT_TENANT.replace("-", ""))
    assert len(guid) == 36


def test_the_same_seed_gives_the_same_world() -> None:
    assert make_record(World(seed=5)).job == make_record(World(seed=5)).job
    assert make_record(World(seed=5)).job.id != make_record(World(seed=6)).job.id


def test_a_service_principal_is_found_only_in_its_tenant() -> None:
    world = World()
    principal = world.add_service_principal("app", tenant_id="other")
    assert world.find_service_principal("other", principal.id) == principal
    assert world.find_service_principal(DEFAULT_TENANT, principal.id) is None
    assert world.find_by_app("other", principal.app_id) == principal
    assert world.find_by_app("other", "nothing") is None


def test_removing_a_service_principal_removes_its_jobs() -> None:
    world = World()
    record = make_record(world)
    world.remove_service_principal(record.job.service_principal_id)
    assert list(world.all_records(NOW)) == []


def test_a_new_job_is_hidden_for_the_seconds_of_its_replication() -> None:
    record = make_record(World(creation=Replication(seconds=30)))
    assert not record.is_seen("get", NOW + timedelta(seconds=29))
    assert record.is_seen("get", NOW + timedelta(seconds=30))
    assert record.is_seen("act", NOW)


def test_a_new_job_is_hidden_from_the_first_looks_of_its_replication() -> None:
    record = make_record(World(creation=Replication(looks=3)))
    assert [record.is_seen(read_code, NOW) for read_code in ("list", "get", "list", "get")] == [
        False,
        False,
        False,
        True,
    ]


def test_replication_hides_and_counts_only_the_named_kinds_of_looks() -> None:
    record = make_record(World(creation=Replication(looks=1, hides=("list",))))
    assert [record.is_seen(read_code, NOW) for read_code in ("get", "list", "list")] == [True, False, True]


def test_one_service_principal_can_replicate_slower_than_others() -> None:
    world = World()
    principal = world.add_service_principal("slow")
    world.creation_of[principal.id] = Replication(seconds=10)
    job = world.create_job(principal, SCIM, NOW)
    record = world.find_record(principal.id, job.id, NOW)
    assert record is not None
    assert not record.is_seen("list", NOW)
    assert make_record(world).is_seen("list", NOW)


def test_a_deleted_job_is_still_seen_until_its_deletion_has_replicated() -> None:
    world = World(deletion=Replication(looks=1, hides=("get",)))
    record = make_record(world)
    world.delete_job(record, NOW)
    assert [record.is_seen(read_code, NOW) for read_code in ("list", "get", "get")] == [False, True, False]


def test_a_deleted_job_is_not_found_by_default() -> None:
    world = World()
    record = make_record(world)
    world.delete_job(record, NOW)
    assert world.find_record(record.job.service_principal_id, record.job.id, NOW) is None
