"""Service principals and jobs, and what hides them from those who look."""

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


def test_a_jobs_id_names_template_and_tenant() -> None:
    job = make_record(World()).job
    template, tenant, guid = job.id.split(".")
    assert (template, tenant) == ("scim", DEFAULT_TENANT.replace("-", ""))
    assert len(guid) == 36


def test_the_same_seed_makes_the_same_world() -> None:
    assert make_record(World(seed=5)).job == make_record(World(seed=5)).job
    assert make_record(World(seed=5)).job.id != make_record(World(seed=6)).job.id


def test_a_service_principal_belongs_to_its_tenant() -> None:
    world = World()
    principal = world.add_service_principal("app", tenant_id="other")
    assert world.find_service_principal("other", principal.id) == principal
    assert world.find_service_principal(DEFAULT_TENANT, principal.id) is None
    assert world.find_by_app("other", principal.app_id) == principal
    assert world.find_by_app("other", "nothing") is None


def test_jobs_go_with_their_service_principal() -> None:
    world = World()
    record = make_record(world)
    world.remove_service_principal(record.job.service_principal_id)
    assert list(world.all_records(NOW)) == []


def test_a_new_job_is_unseen_for_a_time() -> None:
    record = make_record(World(creation=Replication(seconds=30)))
    assert not record.is_seen("get", NOW + timedelta(seconds=29))
    assert record.is_seen("get", NOW + timedelta(seconds=30))
    assert record.is_seen("act", NOW)


def test_a_new_job_is_unseen_for_the_first_looks() -> None:
    record = make_record(World(creation=Replication(looks=3)))
    assert [record.is_seen(look, NOW) for look in ("list", "get", "list", "get")] == [False, False, False, True]


def test_only_the_named_looks_are_hidden_and_counted() -> None:
    record = make_record(World(creation=Replication(looks=1, hides=("list",))))
    assert [record.is_seen(look, NOW) for look in ("get", "list", "list")] == [True, False, True]


def test_one_service_principal_may_be_slower_than_the_others() -> None:
    world = World()
    principal = world.add_service_principal("slow")
    world.creation_of[principal.id] = Replication(seconds=10)
    job = world.create_job(principal, SCIM, NOW)
    record = world.find_record(principal.id, job.id, NOW)
    assert record is not None
    assert not record.is_seen("list", NOW)
    assert make_record(world).is_seen("list", NOW)


def test_a_deleted_job_may_linger() -> None:
    world = World(deletion=Replication(looks=1, hides=("get",)))
    record = make_record(world)
    world.delete_job(record, NOW)
    assert [record.is_seen(look, NOW) for look in ("list", "get", "get")] == [False, True, False]


def test_a_deleted_job_is_gone_at_once_by_default() -> None:
    world = World()
    record = make_record(world)
    world.delete_job(record, NOW)
    assert world.find_record(record.job.service_principal_id, record.job.id, NOW) is None
