"""The pod of a Deployment, run on this machine. There is no kubelet here, so this module does its work.

Everything is read from the API server: arguments, environment, volumes out of Secrets and ConfigMaps,
probes, grace. Entrypoint and PATH are the image's, read from the Dockerfile. Three things differ from a node: mounted
folders lie below a folder of the test, so their paths are exchanged in arguments and environment; the ServiceAccount's
token comes by a kubeconfig, not by the fixed folder; the rest of the file system is this machine's, and not read-only.
"""

import json
import os
import re
import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from graph_simulator.process import Begin, Running
from local_stack.operator_process import WITHOUT_AUTHORITIES
from tests.support.cluster import Cluster
from tests.support.helm import ROOT
from tests.support.polling import until

Object = dict[str, Any]

VARIABLE = "USER_NAMESPACES"
"""`required` says that processes may change to another user here. CI sets it: no pod may run as the tester there."""


@dataclass
class Pod:
    """A Deployment's pod. `start` runs its container, and `with` ends it as the kubelet would."""

    cluster: Cluster
    namespace: str
    deployment: Object
    folder: Path
    """The folder of its volumes, its log and its home."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables that replace what is outside a cluster, such as Microsoft's addresses."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """Addresses of Services, and where they lead to on this machine, as the cluster's own names would."""
    begin: Begin | None = None
    """The command that starts its container; empty for its entrypoint."""
    process: Running | None = None

    @classmethod
    def of(
        cls,
        cluster: Cluster,
        namespace: str,
        name: str,
        folder: Path,
        *,
        variables: Mapping[str, str] | None = None,
        hosts: Mapping[str, str] | None = None,
        begin: Begin | None = None,
    ) -> Self:
        """Read a Deployment and prepare its pod."""
        deployment = cluster.get("apps/v1", "deployments", name, namespace)
        return cls(cluster, namespace, deployment, folder, variables or {}, hosts or {}, begin)

    @property
    def spec(self) -> Object:
        """The pod's spec."""
        found: Object = self.deployment["spec"]["template"]["spec"]
        return found

    @property
    def container(self) -> Object:
        """Its one container."""
        [container] = self.spec["containers"]
        return dict(container)

    @property
    def user(self) -> str:
        """The user name of the pod's ServiceAccount at the API server."""
        return f"system:serviceaccount:{self.namespace}:{self.spec['serviceAccountName']}"

    @property
    def entrypoint(self) -> list[str]:
        """The container's process, with the user of the pod."""
        program, *words = self.container.get("command") or image_instruction("ENTRYPOINT")
        return [*self._take_user(), str(Path(sys.executable).with_name(program)), *words]

    @property
    def arguments(self) -> list[str]:
        """The rendered arguments."""
        return [self._place(word) for word in self.container.get("args") or image_instruction("CMD")]

    @property
    def environment(self) -> dict[str, str]:
        """The container's whole environment: what is rendered, what every container has, and perhaps a kubeconfig."""
        rendered = {entry["name"]: self._place(self._value(entry)) for entry in self.container.get("env", [])}
        base = {"PATH": os.defpath, "HOME": str(self.folder)}
        if account := self.spec.get("serviceAccountName"):
            base["KUBECONFIG"] = str(self.cluster.plane.service_account_kubeconfig(self.namespace, account))
        base |= {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}  # what the tests import
        return base | dict(self.variables) | rendered

    @property
    def log(self) -> Path:
        """Its log file."""
        return self.folder / "log"

    def start(self) -> Self:
        """Mount the volumes and start the container."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sync_volumes()
        self.process = (self.begin or self._enter)(self.arguments, self.environment, self.log)
        return self

    def _enter(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
        with log.open("ab") as output:
            return subprocess.Popen(  # what the Deployment says
                [*self.entrypoint, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def sync_volumes(self) -> None:
        """Write the volumes from the present Secrets and ConfigMaps, each file atomically."""
        for volume in self.spec.get("volumes", []):
            target = self.folder / "volumes" / volume["name"]
            target.mkdir(parents=True, exist_ok=True)
            for name, content in self._files(volume).items():
                fresh = target / f".{name}.new"
                fresh.write_bytes(content)
                fresh.chmod(volume.get("secret", {}).get("defaultMode", 0o644))
                fresh.rename(target / name)

    def probe(self, kind: str) -> int:
        """Probe as the kubelet does, for example for `startupProbe`; return the status, 0 for no answer."""
        asked = self.container[kind]["httpGet"]
        return self.get(asked["path"], asked["port"])[0]

    def get(self, path: str, port: str) -> tuple[int, str]:
        """GET a path of a named port of the container."""
        numbers = {each["name"]: each["containerPort"] for each in self.container["ports"]}
        try:
            url = f"http://127.0.0.1:{numbers[port]}{path}"
            answer = httpx.get(url, timeout=60, trust_env=False, verify=WITHOUT_AUTHORITIES)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def wait_ready(self) -> Self:
        """Wait until its readiness probe succeeds."""
        try:
            until(lambda: self.probe("readinessProbe"), lambda code: code == httpx.codes.OK, what="the pod is ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\nIts log ends:\n{self.output[-3000:]}") from error
        return self

    @property
    def output(self) -> str:
        """Its log as text."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self) -> int:
        """End it as the kubelet does, which kills after the grace period. Returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(self.spec["terminationGracePeriodSeconds"])
        finally:
            self.process.kill()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def _take_user(self) -> list[str]:
        """Change to the pod's user, a number that has no name here either."""
        context = self.spec.get("securityContext", {})
        user, group = context.get("runAsUser"), context.get("runAsGroup")
        words = ["unshare", "--user", f"--map-user={user}", f"--map-group={group}"]
        return words if user and group and has_user_namespaces() else []

    def _place(self, text: str) -> str:
        """Replace the paths of mounted folders, and the addresses of Services, by those on this machine."""
        for mount in self.container.get("volumeMounts", []):
            here = self.folder / "volumes" / mount["name"]
            text = re.sub(rf"(?<![\w/-]){re.escape(mount['mountPath'])}(?![\w-])", str(here), text)
        for address, here_too in self.hosts.items():
            text = text.replace(address, here_too)
        return text

    def _value(self, entry: Object) -> str:
        if "value" in entry:
            return str(entry["value"])
        reference = entry["valueFrom"]["secretKeyRef"]
        return self._secret(reference["name"])[reference["key"]].decode()

    def _files(self, volume: Object) -> dict[str, bytes]:
        if "emptyDir" in volume:
            return {}
        if "secret" in volume:
            content, source = self._secret(volume["secret"]["secretName"]), volume["secret"]
        else:
            found = self.cluster.get("v1", "configmaps", volume["configMap"]["name"], self.namespace)
            content = {key: self._place(text).encode() for key, text in found["data"].items()}
            source = volume["configMap"]
        items = source.get("items") or [{"key": key, "path": key} for key in content]
        return {item["path"]: content[item["key"]] for item in items}

    def _secret(self, name: str) -> dict[str, bytes]:
        found = self.cluster.get("v1", "secrets", name, self.namespace)
        return {key: b64decode(value) for key, value in found["data"].items()}


@cache
def has_user_namespaces() -> bool:
    """Return whether processes may change to another user here, as on most Linux machines."""
    return try_user_namespaces(is_required=os.environ.get(VARIABLE) == "required")


def try_user_namespaces(*, is_required: bool) -> bool:
    """Return whether a process could change to another user just now.

    Raises:
        AssertionError: None could, and it is required.
    """
    asked = ["unshare", "--user", "--map-user=1", "true"]
    try:
        done = subprocess.run(asked, check=False, capture_output=True, text=True)
    except OSError as error:
        allowed, said = False, str(error)
    else:
        allowed, said = done.returncode == 0, done.stderr.strip()
    assert allowed or not is_required, (
        f"No process may take another user's number here ({said}), and {VARIABLE}=required says that one may. On "
        "Ubuntu: sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"
    )
    return allowed


def image_instruction(name: str) -> list[str]:
    """Read a list that the image's last stage sets: ENTRYPOINT or CMD."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    words: list[str] = json.loads(re.findall(rf"^{name} (\[.*\])$", text, re.MULTILINE)[-1])
    return words
