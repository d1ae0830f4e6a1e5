"""The defaults of namespace and install, on a real API server."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator


def declare(environment: OperatorEnvironment, **annotations: str | None) -> None:
    """Annotate the environment's namespace: `management_policy="Observe"` is entrasync.io/default-management-policy."""
    ours = {f"entrasync.io/default-{key.replace('_', '-')}": value for key, value in annotations.items()}
    environment.cluster.patch("v1", "namespaces", environment.namespace, merge={"metadata": {"annotations": ours}})


def effective(found: dict[str, Any], *fields: str) -> list[str]:
    return [found["status"]["effective"].get(field) for field in fields]


def test_the_spec_overrides_the_namespace_which_overrides_the_install(
    shared_fast_environment: OperatorEnvironment,
) -> None:
    flags = ("--default-deletion-policy=Pause", "--default-management-policy=Observe", "--poll-interval=30s")
    with open_second_operator(shared_fast_environment, flags=flags, starts=False) as environment:
        declare(environment, management_policy="Manage", poll_interval="45s")
        environment.start_operator()
        principals = [environment.simulator.create_service_principal().id for _ in range(2)]
        silent = environment.wait_ready(environment.apply_job(principals[0]))
        assert effective(silent, "managementPolicy", "deletionPolicy", "pollInterval") == ["Manage", "Pause", "45s"]
        assert environment.writes(principals[0]) == ["createJob", "startJob"]
        wordy = environment.apply_job(principals[1], managementPolicy="Observe", pollInterval="1m")
        found = environment.wait_condition(wordy, "Ready", "False", reason="NoJobToObserve")
        assert effective(found, "managementPolicy", "deletionPolicy", "pollInterval") == ["Observe", "Retain", "1m"]
        environment.delete_job(silent["metadata"]["name"])
        environment.wait_gone(silent["metadata"]["name"])
        assert environment.writes(principals[0]) == ["createJob", "startJob", "pauseJob"]


def test_a_wrong_annotation_is_reported_and_the_cautious_value_is_used(
    shared_fast_environment: OperatorEnvironment,
) -> None:
    with open_second_operator(shared_fast_environment, starts=False) as environment:
        declare(environment, deletion_policy="Keep")
        environment.start_operator()
        name = environment.apply_job(environment.simulator.create_service_principal().id)
        reported = environment.wait_event(name, "InvalidAnnotation")
        assert (
            'entrasync.io/default-deletion-policy is "Keep", and must be Delete, Pause or Retain' in reported["message"]
        )
        assert effective(environment.wait_ready(name), "deletionPolicy") == ["Retain"]
        found = environment.wait_condition(name, "DefaultsInDoubt", reason="InvalidAnnotation")
        assert "deletionPolicy is Retain meanwhile" in condition(found, "DefaultsInDoubt")["message"]
        principal = found["spec"]["servicePrincipal"]["objectId"]
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.writes(principal) == ["createJob", "startJob"]
