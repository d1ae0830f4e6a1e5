"""Calls Graph as a plain HTTP client, and checks every answer against Microsoft's description of the API."""

import ssl
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from tests.support.graph_facts import check_answer
from tests.support.simulator_client import SimulatorClient


class GraphCaller:
    """Calls the simulator as one of its applications. `exempt` names the properties that a test has overridden."""

    def __init__(self, simulator: SimulatorClient, version: str = "v1.0") -> None:
        self.simulator, self.version = simulator, version
        self.exempt: set[str] = set()
        self.checks_answers = True
        self.http = httpx.Client(
            base_url=simulator.connection.url,
            verify=ssl.create_default_context(cafile=simulator.ca_path),
            trust_env=False,
            timeout=60,
            event_hooks={"response": [self._check]},
        )
        self.token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask_token(self, tenant: str = "", **changes: str) -> httpx.Response:
        """Request a token by client secret."""
        known = self.simulator.connection
        form = {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "grant_type": "client_credentials",
            "scope": f"{known.graph_url}/.default",
        }
        return self.http.post(f"/{tenant or known.tenant_id}/oauth2/v2.0/token", data=form | changes)

    def sign_in(self, tenant: str = "", **changes: str) -> Self:
        """Get a new token and use it from now on."""
        answer = self.ask_token(tenant, **changes).raise_for_status()
        self.token = answer.json()["access_token"]
        return self

    def call(self, method: str, path: str, document: Any = None, **more: Any) -> httpx.Response:
        """Call Graph; the path begins after the version."""
        if document is not None:
            more["json"] = document
        if not self.token:
            self.sign_in()
        headers = {"authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return self.http.request(method, f"/{self.version}{path}", headers=headers, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        """GET."""
        return self.call("GET", path, **more)

    def post(self, path: str, document: Any = None, **more: Any) -> httpx.Response:
        """POST."""
        return self.call("POST", path, document, **more)

    def put(self, path: str, document: Any = None, **more: Any) -> httpx.Response:
        """PUT."""
        return self.call("PUT", path, document, **more)

    def patch(self, path: str, document: Any = None, **more: Any) -> httpx.Response:
        """PATCH."""
        return self.call("PATCH", path, document, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        """DELETE."""
        return self.call("DELETE", path, **more)

    def create(self, principal: str, template: str = "scim") -> str:
        """Create a job and return its id."""
        answer = self.post(f"{jobs_of(principal)}", {"templateId": template})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def list_ids(self, principal: str, **query: str) -> list[str]:
        """List the ids of a service principal's jobs."""
        return [job["id"] for job in self.get(jobs_of(principal), params=query).json()["value"]]

    def read_status(self, principal: str, job: str) -> dict[str, Any]:
        """Read a job's status."""
        answer = self.get(f"{jobs_of(principal)}/{job}")
        assert answer.status_code == 200, answer.text
        status: dict[str, Any] = answer.json()["status"]
        return status

    def _check(self, answer: httpx.Response) -> None:
        parts = urlsplit(str(answer.request.url))
        _, version, path = parts.path.split("/", 2)
        if not self.checks_answers or version not in {"v1.0", "beta"}:
            return
        answer.read()
        full = f"/{path}?{parts.query}" if parts.query else f"/{path}"
        check_answer(version, answer.request.method, full, answer.status_code, answer.content, exempt=self.exempt)


def jobs_of(principal: str) -> str:
    """Return the path of a service principal's jobs."""
    return f"/servicePrincipals/{principal}/synchronization/jobs"


def schema_of(principal: str, job: str) -> str:
    """Return the path of a job's schema."""
    return f"{jobs_of(principal)}/{job}/schema"


def secrets_of(principal: str) -> str:
    """Return the path of a service principal's secrets."""
    return f"/servicePrincipals/{principal}/synchronization/secrets"


def read_error(answer: httpx.Response) -> tuple[int, str, str]:
    """Read status, code and message of Graph's error envelope."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]
