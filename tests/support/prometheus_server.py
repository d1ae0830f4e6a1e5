"""A real Prometheus that scrapes processes of a test every second, with the alert rules of the chart made quick."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from local_stack.operator_process import WITHOUT_AUTHORITIES
from tests.support.alert_cases import RULES
from tests.support.polling import until

RANGE = "10s"
"""What each range of an expression and each interval of the dashboard is instead. It holds ten samples."""

TRIES = 3
"""Another program may take the port that was free a moment ago."""

FLAGS = ("--log.level=warn", "--storage.tsdb.retention.time=1h", "--web.enable-lifecycle")

INSTALL = {"namespace": "sync", "service": "entra-sync-operator", "container": "operator", "endpoint": "http"}
"""What the operator of Prometheus writes at all pods of an install, beside `job`."""

Sample = dict[str, str]


def quicken_rules() -> str:
    """Write the rules of the chart with short times, and with thresholds as they are."""
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule["expr"] = re.sub(r"\[\d+[smhd]\]", f"[{RANGE}]", rule["expr"])
            if "for" in rule:
                rule["for"] = "1s"
    return json.dumps(rules)


@dataclass(frozen=True)
class PrometheusServer:
    """A Prometheus that runs. It scrapes as if each process were a pod of one install on a node of its own."""

    url: str
    targets_file: Path

    def scrape(self, *urls: str | None) -> None:
        """Scrape these processes from now on, and no others."""
        targets = [
            {
                "targets": [url.removeprefix("http://")],
                "labels": INSTALL | {"pod": f"pod-{number}", "node": f"node-{number}"},
            }
            for number, url in enumerate(filter(None, urls))
        ]
        fresh = self.targets_file.with_suffix(".new")
        fresh.write_text(json.dumps(targets), encoding="utf-8")
        fresh.rename(self.targets_file)

    def query(self, expression: str) -> list[tuple[Sample, float]]:
        """Evaluate an expression now; returns labels and values."""
        answer = self._get("/api/v1/query", {"query": expression})
        assert answer["status"] == "success", f"{expression}: {answer}"
        result = answer["data"]["result"]
        if answer["data"]["resultType"] == "scalar":
            return [({}, float(result[1]))]
        return [(each["metric"], float(each["value"][1])) for each in result]

    def wait_shown(self, expression: str) -> None:
        """Wait until an expression has a result."""
        until(lambda: self.query(expression), what=f"Prometheus has {expression}")

    def list_label_values(self, metric: str, label: str) -> list[str]:
        """List the values of a label of a metric, as a variable of a dashboard does."""
        return list(self._get(f"/api/v1/label/{label}/values", {"match[]": metric})["data"])

    def list_firing(self) -> set[str]:
        """List the alerts that fire now."""
        alerts = self._get("/api/v1/alerts", {})["data"]["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    def list_fired(self) -> set[str]:
        """List the alerts that fire now, or did so within the last minutes."""
        return {labels["alertname"] for labels, _ in self.query('last_over_time(ALERTS{alertstate="firing"}[10m])')}

    def wait_fired(self, *alerts: str) -> None:
        """Wait until each of these alerts fires or has fired."""
        until(lambda: set(alerts) - self.list_fired(), lambda missing: not missing, what="alerts have fired")

    def wait_quiet(self, *alerts: str) -> None:
        """Wait until none of these alerts fires any more."""
        until(lambda: set(alerts) & self.list_firing(), lambda left: not left, what="alerts are resolved")

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return httpx.get(self.url + path, params=query, timeout=30, trust_env=False, verify=WITHOUT_AUTHORITIES).json()


@contextmanager
def run_prometheus(program: Path, folder: Path) -> Iterator[PrometheusServer]:
    """Start a Prometheus in a folder, and stop it at the end of the block."""
    (folder / "rules.yaml").write_text(quicken_rules(), encoding="utf-8")
    (folder / "targets.json").write_text("[]", encoding="utf-8")
    discovery = {"files": [str(folder / "targets.json")], "refresh_interval": "1s"}
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules.yaml")],
        "scrape_configs": [{"job_name": "entra-sync-operator", "file_sd_configs": [discovery]}],
    }
    (folder / "prometheus.yaml").write_text(json.dumps(config), encoding="utf-8")
    process, url = _start(program, folder)
    try:
        yield PrometheusServer(url, folder / "targets.json")
    finally:
        process.terminate()
        process.wait(30)


def _start(program: Path, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start it on a free port, and wait until it answers."""
    for _ in range(TRIES):
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        arguments = [f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}"]
        with (folder / "prometheus.log").open("ab") as log:
            process = subprocess.Popen(
                [program, *arguments, f"--web.listen-address={address}", *FLAGS], stdout=log, stderr=log
            )
        if _is_ready(process, f"http://{address}"):
            return process, f"http://{address}"
        process.kill()
        process.wait()
    raise AssertionError(f"Prometheus did not start:\n{(folder / 'prometheus.log').read_text()[-2000:]}")


def _is_ready(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            answer = httpx.get(f"{url}/-/ready", timeout=5, trust_env=False, verify=WITHOUT_AUTHORITIES)
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if answer.is_success:
            return True
        time.sleep(0.05)
    return False
