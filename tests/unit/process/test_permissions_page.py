"""docs/permissions.md lists every permission and right that the operator needs, and no more."""

from pathlib import Path

import yaml

from entrasync.graph.calls.operations import PATCH_SETTINGS
from entrasync.kube.rbac import GRANTED_BY_OWNERS, LEADER_ELECTION, REQUESTS, RIGHTS, Right
from entrasync.process.permissions_page import CALLS, FOR_PEOPLE, render_permissions
from tests.support.rights import granted

ROOT = Path(__file__).parents[3]
PAGE = render_permissions()["permissions.md"]
_RENDERED = yaml.safe_load_all((ROOT / "tests" / "data" / "chart" / "cluster.yaml").read_text(encoding="utf-8"))
ROLES = {each["metadata"]["name"]: each for each in _RENDERED if "rules" in each}
"""The roles of the chart by name."""


def test_each_call_is_listed_with_the_permissions_that_are_enough() -> None:
    assert len(CALLS) > 10
    assert [call.name for call in CALLS if f"| {call.description} | `{call.permissions[0]}`" not in PAGE] == []
    assert f"| {PATCH_SETTINGS.description} | `Synchronization.ReadWrite.All` |" in PAGE


def test_the_two_advised_permissions_are_enough_for_every_call() -> None:
    advised = {"Synchronization.ReadWrite.All", "Application.Read.All"}
    assert all(f"`{permission}`" in PAGE for permission in advised)
    assert [call.name for call in CALLS if not advised & set(call.permissions)] == []


def test_each_feature_names_its_least_permission_first() -> None:
    assert "| reading jobs and their status | `Synchronization.Read.All` | `Synchronization.ReadWrite.All`" in PAGE


def flatten(*rights: Right) -> set[tuple[str, str]]:
    return {(verb, right.resource) for right in rights for verb in right.verbs}


def test_the_rights_are_those_of_the_charts_role() -> None:
    assert set(granted(ROLES["entra-entra-sync-operator"])) == flatten(*RIGHTS)
    assert set(granted(ROLES["entra-entra-sync-operator-leader-election"])) == flatten(LEADER_ELECTION)
    assert all(f"`{right.resource}`" in PAGE for right in (*RIGHTS, LEADER_ELECTION, GRANTED_BY_OWNERS))


def test_the_rights_of_people_are_those_of_the_charts_other_roles() -> None:
    people = {name.rsplit("-", 1)[1]: set(granted(role)) for name, role in ROLES.items() if is_for_people(name)}
    assert people == {role: flatten(*rights) for role, rights in FOR_PEOPLE.items()}
    assert all(f"`...-{role}`" in PAGE for role in FOR_PEOPLE)


def test_who_may_only_view_sees_no_provisioned_person() -> None:
    assert not any(right.resource.startswith(REQUESTS) for right in FOR_PEOPLE["view"])
    assert "ProvisioningRequests are not in it" in PAGE


def is_for_people(name: str) -> bool:
    return name.endswith(("-view", "-edit", "-admin"))


def test_the_rights_of_the_demo_and_the_benchmarks_are_the_same() -> None:
    account = (ROOT / "sandbox" / "local_stack" / "rbac.yaml").read_text(encoding="utf-8")
    [role] = [document for document in yaml.safe_load_all(account) if "rules" in document]
    assert set(granted(role)) == flatten(*RIGHTS)


def test_the_right_that_owners_grant_is_the_one_in_the_example() -> None:
    example = yaml.safe_load_all((ROOT / "examples" / "workload-identity.yaml").read_text(encoding="utf-8"))
    [role] = [document for document in example if document["kind"] == "Role"]
    assert set(granted(role)) == {(verb, GRANTED_BY_OWNERS.resource) for verb in GRANTED_BY_OWNERS.verbs}
    assert all(rule["resourceNames"] for rule in role["rules"])
