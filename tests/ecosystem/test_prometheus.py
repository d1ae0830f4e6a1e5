"""A real Prometheus scrapes the operator while Graph, the tenants and the operator misbehave."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from control_plane.programs.prometheus import obtain_prometheus
from tests.support.alert_cases import read_rules
from tests.support.alert_troubles import Trouble, held_lease, join_second_install, list_troubles
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_environment
from tests.support.operator_troubles import OPERATOR_TROUBLES
from tests.support.polling import until
from tests.support.prometheus_server import RANGE, PrometheusServer, run_prometheus
from tests.support.teams import Team

DASHBOARD = Path(__file__).parents[2] / "charts/entra-sync-operator/files/dashboards/entra-sync-operator.json"
LEASE = "first"

THROTTLING, UNREACHABLE = "EntraSyncGraphThrottling", "EntraSyncGraphUnreachable"
WITHOUT_LEADER = ("EntraSyncOperatorAbsent", "EntraSyncNobodyLeads")
OF_SECOND_INSTALL = ("EntraSyncSeveralLead", "EntraSyncNamespaceHeldByAnotherInstall")


@pytest.fixture(scope="module")
def environment(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """An operator with its namespace and two more, which deletes no job unasked."""
    beside = (make_namespace(cluster), make_namespace(cluster))
    folder = tmp_path_factory.mktemp("watched")
    with open_environment(cluster, folder, flags=("--deletion-limit=0",), beside=beside, starts=False) as environment:
        environment.launch = replace(environment.launch, lease=LEASE)
        environment.start_operator()
        yield environment


@pytest.fixture(scope="module")
def prometheus(
    environment: OperatorEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrometheusServer]:
    with run_prometheus(obtain_prometheus()["prometheus"], tmp_path_factory.mktemp("prometheus")) as server:
        assert environment.operator is not None
        server.scrape(environment.operator.url)
        yield server


@pytest.fixture(scope="module")
def troubles(environment: OperatorEnvironment, prometheus: PrometheusServer) -> list[Trouble]:
    broken, expiring = (
        Team.register(replace(environment, namespace=name, applied=[])) for name in environment.launch.namespaces[1:]
    )
    return list_troubles(environment, prometheus, broken=broken, expiring=expiring)


def queries() -> list[tuple[str, str]]:
    """Read the queries of the dashboard with the titles of their panels, for all namespaces and tenants."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    values = {"$namespace": ".*", "$tenant": ".*", "$__rate_interval": RANGE}
    found = []
    for panel in panels:
        for target in panel.get("targets", ()):
            expression = target["expr"]
            for variable, value in values.items():
                expression = expression.replace(variable, value)
            assert "$" not in expression
            found.append((panel["title"], expression))
    return found


def variables() -> list[tuple[str, str]]:
    """Read the metrics and labels by which the dashboard lists tenants and namespaces."""
    listed = json.loads(DASHBOARD.read_text(encoding="utf-8"))["templating"]["list"]
    texts = [each["query"]["query"] for each in listed if each["type"] == "query"]
    return [re.fullmatch(r"label_values\((\w+), (\w+)\)", text).groups() for text in texts]  # type: ignore[union-attr,misc]  # None fails here


def test_alerts_fire_while_jobs_and_tenants_are_in_trouble_and_the_dashboard_shows_why(
    environment: OperatorEnvironment, prometheus: PrometheusServer, troubles: list[Trouble]
) -> None:
    ends = [trouble.make() for trouble in troubles]
    alerts = [alert for trouble in troubles for alert in trouble.alerts]
    prometheus.wait_fired(*alerts)
    environment.simulator.congest(0.5, longest_seconds=2)
    prometheus.wait_fired(THROTTLING)
    assert [title for title, query in queries() if not prometheus.query(query)] == []
    assert [metric for metric, label in variables() if not prometheus.list_label_values(metric, label)] == []
    renamed = {label for labels, _ in prometheus.query('{__name__=~"entrasync_.+"}') for label in labels}
    assert [label for label in renamed if label.startswith("exported_")] == []
    environment.simulator.congest(0, longest_seconds=2)
    for end in ends:
        end()
    prometheus.wait_quiet(*alerts, THROTTLING)


def test_an_alert_fires_while_graph_has_a_fault(environment: OperatorEnvironment, prometheus: PrometheusServer) -> None:
    fault = environment.simulator.fault("answer", status=503, times=None)
    prometheus.wait_fired(UNREACHABLE)
    fault.remove()
    prometheus.wait_quiet(UNREACHABLE)


def test_alerts_fire_while_a_second_install_looks_after_the_same_namespace(
    environment: OperatorEnvironment, prometheus: PrometheusServer
) -> None:
    assert environment.operator is not None
    second = join_second_install(environment)
    other = second.start_operator(is_awaited=False)
    try:
        until(lambda: other.url, what="the second install serves its metrics")
        prometheus.scrape(environment.operator.url, other.url)
        prometheus.wait_fired(*OF_SECOND_INSTALL)
    finally:
        other.kill()
    prometheus.scrape(environment.operator.url)
    prometheus.wait_quiet(*OF_SECOND_INSTALL)


def test_alerts_fire_while_no_operator_runs_and_while_none_leads(
    environment: OperatorEnvironment, prometheus: PrometheusServer
) -> None:
    environment.kill_operator()
    prometheus.wait_fired("EntraSyncOperatorAbsent")
    with held_lease(environment, LEASE):
        operator = environment.start_operator()
        prometheus.scrape(operator.url)
        prometheus.wait_fired(*WITHOUT_LEADER)
    prometheus.wait_quiet(*WITHOUT_LEADER)


@pytest.mark.parametrize("alert", OPERATOR_TROUBLES)
def test_an_alert_fires_while_the_operator_itself_is_in_trouble(
    environment: OperatorEnvironment, prometheus: PrometheusServer, alert: str
) -> None:
    with OPERATOR_TROUBLES[alert](environment) as (operator, end):
        until(lambda: operator.url, what="the operator serves its metrics")
        prometheus.scrape(operator.url)
        prometheus.wait_fired(alert)
        end()
        prometheus.wait_quiet(alert)


def test_every_alert_is_brought_about(troubles: list[Trouble]) -> None:
    of_troubles = {alert for trouble in troubles for alert in trouble.alerts}
    others = {THROTTLING, UNREACHABLE, *OF_SECOND_INSTALL, *WITHOUT_LEADER, *OPERATOR_TROUBLES}
    assert of_troubles | others == set(read_rules())
