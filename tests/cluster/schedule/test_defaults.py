"""Defaults of namespace and install on a real API server."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment, condition, open_branch


def declare(place: OperatorEnvironment, **annotations: str | None) -> None:
    """Annotate the workplace's namespace: `management_policy="Observe"` is entrasync.io/default-management-policy."""
    ours = {f"entrasync.io/default-{key.replace('_', '-')}": value for key, value in annotations.items()}
    place.cluster.patch("v1", "namespaces", place.namespace, merge={"metadata": {"annotations": ours}})


def effective(found: dict[str, Any], *fields: str) -> list[str]:
    return [found["status"]["effective"].get(field) for field in fields]


def test_the_spec_comes_before_the_namespace_and_that_before_the_install(
    shared_swift_workplace: OperatorEnvironment,
) -> None:
    flags = ("--default-deletion-policy=Pause", "--default-management-policy=Observe", "--poll-interval=30s")
    with open_branch(shared_swift_workplace, flags=flags, starts=False) as place:
        declare(place, management_policy="Manage", poll_interval="45s")
        place.start_operator()
        principals = [place.world.create_service_principal().id for _ in range(2)]
        silent = place.wait_ready(place.apply_job(principals[0]))
        assert effective(silent, "managementPolicy", "deletionPolicy", "pollInterval") == ["Manage", "Pause", "45s"]
        assert place.writes(principals[0]) == ["createJob", "startJob"]
        wordy = place.apply_job(principals[1], managementPolicy="Observe", pollInterval="1m")
        found = place.wait_condition(wordy, "Ready", "False", reason="NoJobToObserve")
        assert effective(found, "managementPolicy", "deletionPolicy", "pollInterval") == ["Observe", "Retain", "1m"]
        place.delete_job(silent["metadata"]["name"])
        place.wait_gone(silent["metadata"]["name"])
        assert place.writes(principals[0]) == ["createJob", "startJob", "pauseJob"]


def test_a_wrong_annotation_is_told_and_has_the_cautious_value_taken(
    shared_swift_workplace: OperatorEnvironment,
) -> None:
    with open_branch(shared_swift_workplace, starts=False) as place:
        declare(place, deletion_policy="Keep")
        place.start_operator()
        name = place.apply_job(place.world.create_service_principal().id)
        told = place.wait_event(name, "InvalidAnnotation")
        assert "entrasync.io/default-deletion-policy is 'Keep', and must be Delete, Pause or Retain" in told["message"]
        assert effective(place.wait_ready(name), "deletionPolicy") == ["Retain"]
        found = place.wait_condition(name, "DefaultsInDoubt", reason="InvalidAnnotation")
        assert "deletionPolicy is Retain meanwhile" in condition(found, "DefaultsInDoubt")["message"]
        principal = found["spec"]["servicePrincipal"]["objectId"]
        place.delete_job(name)
        place.wait_gone(name)
        assert place.writes(principal) == ["createJob", "startJob"]
