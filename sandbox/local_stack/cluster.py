"""Talks to the API server as its administrator: installs the CRDs, applies resources, and reads and watches jobs."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from control_plane import ControlPlane, ControlPlaneError

ACCOUNT = "entra-sync-operator"
"""The name of the operator's ServiceAccount, and of its namespace."""

ACCOUNT_USER = f"system:serviceaccount:{ACCOUNT}:{ACCOUNT}"
"""The operator's user name at the API server, as its audit log has it."""

JOBS = "/apis/entrasync.io/v1alpha1"

SETTLE_TIMEOUT_SECONDS = 60.0
POLL_INTERVAL_SECONDS = 0.03
QUIET_SECONDS = 30.0


class NoChangeError(ControlPlaneError):
    """A watch has shown no change for as long as was allowed."""


@dataclass(frozen=True)
class ObservedJob:
    """A SynchronizationJob as the API server shows it."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.raw["metadata"]["name"])

    @property
    def status(self) -> Mapping[str, Any]:
        """Its status."""
        return self.raw.get("status") or {}

    @property
    def mirror(self) -> Mapping[str, Any]:
        """Graph's synchronizationStatus."""
        return self.status.get("synchronizationStatus") or {}

    @property
    def last_execution(self) -> Mapping[str, Any]:
        """Graph's lastExecution."""
        return self.mirror.get("lastExecution") or {}

    def condition(self, kind: str) -> Mapping[str, str]:
        """Find a condition by its type; empty when there is none."""
        return next((entry for entry in self.status.get("conditions") or () if entry["type"] == kind), {})

    @property
    def is_ready(self) -> bool:
        """Whether Ready is True for the present generation."""
        is_current = self.status.get("observedGeneration") == self.raw["metadata"]["generation"]
        return is_current and self.condition("Ready").get("status") == "True"


class Cluster:
    """The API server of one control plane."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        context = plane.certificates.client_context()
        self._http = httpx.Client(base_url=plane.url, verify=context, timeout=30.0, trust_env=False)

    def install(self, crds: Path) -> None:
        """Apply the CRDs, and wait until the API server serves them."""
        self.apply(crds)
        self._wait("the CRD of crds/ is served", lambda: self._http.get(f"{JOBS}/synchronizationjobs").is_success)

    def create_operator_account(self) -> Path:
        """Create the operator's ServiceAccount with only the rights it needs, and return its kubeconfig."""
        self.apply(Path(__file__).with_name("rbac.yaml"))
        kubeconfig = self.plane.service_account_kubeconfig(ACCOUNT, ACCOUNT)
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "user": ACCOUNT_USER,
                "resourceAttributes": {"verb": "list", "group": "entrasync.io", "resource": "synchronizationjobs"},
            },
        }
        # The authorizer sees a new binding by a watch, a moment later.
        self._wait("the operator's rights have come into effect", lambda: self._is_allowed(review))
        return kubeconfig

    def create_namespace(self, name: str) -> None:
        """Create a namespace."""
        self.apply(f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}")

    def apply(self, manifests: Path | str, namespace: str = "") -> None:
        """Apply a file, a folder or a YAML text by one `kubectl apply`."""
        options = ["apply", "--server-side", *([f"--namespace={namespace}"] if namespace else [])]
        if isinstance(manifests, Path):
            self.plane.kubectl(*options, f"--filename={manifests}")
        else:
            self.plane.kubectl(*options, "--filename=-", content=manifests)

    def annotate_job(self, namespace: str, name: str, annotations: Mapping[str, str]) -> None:
        """Set annotations of a job."""
        self.patch_job(namespace, name, {"metadata": {"annotations": annotations}})

    def patch_job(self, namespace: str, name: str, patch: Mapping[str, Any]) -> None:
        """Merge-patch a job."""
        self._http.patch(
            f"{JOBS}/namespaces/{namespace}/synchronizationjobs/{name}",
            content=json.dumps(patch),
            headers={"Content-Type": "application/merge-patch+json"},
        ).raise_for_status()

    def delete_jobs(self, namespace: str) -> None:
        """Delete all jobs of a namespace by one `kubectl delete`, which does not wait until they are gone."""
        self.plane.kubectl("delete", "synchronizationjobs", "--all", "--wait=false", f"--namespace={namespace}")

    def has_jobs(self, namespace: str) -> bool:
        """Whether a namespace has any job."""
        path = f"{JOBS}/namespaces/{namespace}/synchronizationjobs"
        return bool(self._http.get(path, params={"limit": "1"}).raise_for_status().json()["items"])

    def list_jobs(self, namespace: str) -> list[ObservedJob]:
        """List the jobs of a namespace, by name."""
        answer = self._http.get(f"{JOBS}/namespaces/{namespace}/synchronizationjobs").raise_for_status()
        return [ObservedJob(item) for item in answer.json()["items"]]

    def watch_jobs(self, namespace: str, *, quiet_seconds: float = QUIET_SECONDS) -> Iterator[ObservedJob]:
        """Yield the jobs of a namespace, then each job that changes. A watch that ends begins anew, with all jobs.

        Args:
            namespace: The namespace.
            quiet_seconds: Real seconds for which nothing may change.

        Raises:
            NoChangeError: Nothing changed for so long.
        """
        path = f"{JOBS}/namespaces/{namespace}/synchronizationjobs"
        while True:  # the API server ends the watches of a kind while it takes up a change of its CRD
            with self._http.stream("GET", path, params={"watch": "1"}, timeout=quiet_seconds) as answer:
                try:
                    for line in answer.raise_for_status().iter_lines():
                        event = json.loads(line)
                        if event["type"] != "ERROR":
                            yield ObservedJob(event["object"])
                except httpx.ReadTimeout:
                    message = f"no resource of namespace {namespace} changed for {quiet_seconds:g} s"
                    raise NoChangeError(message) from None

    def _is_allowed(self, review: Mapping[str, Any]) -> bool:
        answer = self._http.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", json=review)
        return bool(answer.raise_for_status().json()["status"]["allowed"])

    def _wait(self, what: str, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SETTLE_TIMEOUT_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise ControlPlaneError(f"Not within {SETTLE_TIMEOUT_SECONDS:.0f} s: {what}.")
            time.sleep(POLL_INTERVAL_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()
