"""Makes a job of the simulated Graph, waits until it is Ready, and deletes it. `helm test` runs it in a pod."""

import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

NAMESPACE, PRINCIPAL, SECONDS = sys.argv[1], sys.argv[2], float(sys.argv[3])
NAME = "helm-test"
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
SERVER = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
JOBS = f"{SERVER}/apis/entrasync.io/v1alpha1/namespaces/{NAMESPACE}/synchronizationjobs"
TRUST = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))


def ask(method: str, url: str, content: dict | None = None) -> dict | None:
    """Ask the API server; None if there is no such object."""
    headers = {
        "Authorization": f"Bearer {(ACCOUNT / 'token').read_text(encoding='utf-8')}",
        "Content-Type": "application/json",
    }
    body = None if content is None else json.dumps(content).encode()
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310  the API server of this cluster
    try:
        with urllib.request.urlopen(request, timeout=30, context=TRUST) as answer:  # noqa: S310  likewise
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        sys.exit(f"The API server says: {error.read().decode(errors='replace')}")


def wait(holds, what: str) -> None:
    """Ask for the job until `holds` is true of it, or end with what it says of itself."""
    end = time.monotonic() + SECONDS
    while not holds(job := ask("GET", f"{JOBS}/{NAME}")):
        if time.monotonic() > end:
            told = [each["message"] for each in ((job or {}).get("status", {}).get("conditions", []))]
            sys.exit(
                f"The job {NAMESPACE}/{NAME} is not {what} after {SECONDS:.0f} seconds. It says: {told or 'nothing'}"
            )
        time.sleep(0.5)


def is_ready(job: dict | None) -> bool:
    """Return whether a job says that it is Ready."""
    conditions = (job or {}).get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


ask("DELETE", f"{JOBS}/{NAME}")
wait(lambda job: job is None, "gone")
spec = {"servicePrincipal": {"objectId": PRINCIPAL}, "template": {"id": "scim"}}
metadata = {"name": NAME, "namespace": NAMESPACE}
made = {"apiVersion": "entrasync.io/v1alpha1", "kind": "SynchronizationJob", "metadata": metadata, "spec": spec}
ask("POST", JOBS, made)
wait(is_ready, "Ready")
print(f"The job {NAMESPACE}/{NAME} of the simulated Graph is Ready.")
ask("DELETE", f"{JOBS}/{NAME}")
wait(lambda job: job is None, "gone")
print("It was deleted again.")
