"""A stand-in for the Azure CLI: it does to the simulated tenant what the lines of our pages do to a real one.

A person's login is the simulator's own app; the login as a service principal is a real one at the simulator. What Graph
has and the simulator has not (applications, consent, the gallery) is done by the simulator's control API. It takes only
what the real one was seen to take (`azure_cli_lines`).
"""

import json
import re
import ssl
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import yaml

from graph_simulator.control_client.client import SimulatorClient
from tests.support.azure_cli_lines import arguments_of, command_of, find_faults
from tests.support.offered_program import CallFailedError
from tests.support.simulated_credentials import Certificate

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ROLES = {
    "9b50c33d-700f-43b1-b2eb-87e89b703581": "Synchronization.ReadWrite.All",
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": "Application.Read.All",
}
NOT_IN_THE_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
"""The gallery's own entry for an application that it does not have (graph-facts 4.2)."""


@dataclass(frozen=True)
class AzureCli:
    """One call of the Azure CLI, with its arguments by name."""

    simulator: SimulatorClient
    folder: Path
    """The folder in which it was called."""
    login: Path
    """The file that keeps the token of the login."""
    arguments: dict[str, list[str]]

    def get(self, *names: str) -> str:
        """Return the value of an argument; empty without one."""
        return next((self.arguments[name][0] for name in names if self.arguments.get(name)), "")

    def read(self, name: str) -> str:
        """Read the file that an argument names."""
        return (self.folder / self.get(name).removeprefix("@")).read_text(encoding="utf-8")

    def log_in(self) -> Any:
        """Log in as a person, or as a service principal by the credential that is given."""
        known = self.simulator.connection
        proof, client = {"client_secret": known.client_secret}, known.client_id
        if "--service-principal" in self.arguments:
            proof, client = self._prove(), self.get("--username")
        form = {"grant_type": "client_credentials", "client_id": client, "scope": f"{known.url}/.default"} | proof
        answer = self._send("POST", f"{known.authority}/oauth2/v2.0/token", data=form)
        self.login.parent.mkdir(parents=True, exist_ok=True)
        self.login.write_text(answer["access_token"], encoding="utf-8")
        return [{"tenantId": known.tenant_id}]

    def _prove(self) -> dict[str, str]:
        if self.get("--certificate"):
            return {"client_assertion_type": ASSERTION, "client_assertion": self._sign()}
        if token := self.get("--federated-token"):
            return {"client_assertion_type": ASSERTION, "client_assertion": token}
        return {"client_secret": self.get("--password")}

    def _sign(self) -> str:
        """Sign an assertion with the key of a file that has a key and its certificate."""
        key, begin, certificate = self.read("--certificate").partition("-----BEGIN CERTIFICATE-----")
        client, now = self.get("--username"), int(time.time())
        audience = f"{self.simulator.connection.authority}/oauth2/v2.0/token"
        claims = {"iss": client, "sub": client, "aud": audience, "nbf": now, "exp": now + 600}
        digest = jwt.utils.base64url_encode(bytes.fromhex(Certificate(begin + certificate, key).sha1)).decode()
        return jwt.encode(claims, key, algorithm="RS256", headers={"x5t": digest})

    def show_account(self) -> Any:
        """Show the tenant."""
        return {"tenantId": self.simulator.connection.tenant_id}

    def create_app(self) -> Any:
        """Register an app, without credentials and permissions."""
        client = str(uuid.uuid4())
        self.simulator.set_application(client, secrets=[], certificates=[], federated_credentials=[], roles=[])
        return {"appId": client, "displayName": self.get("--display-name")}

    def create_principal(self) -> Any:
        """Create the service principal of an app; it offers no templates."""
        return {"id": self.simulator.create_service_principal(app_id=self.get("--id"), templates=[]).id}

    def show_principal(self) -> Any:
        """Show a service principal by its Object ID or its Application ID."""
        wanted = self.get("--id")
        found = self._list_principals(f"id eq '{wanted}'") + self._list_principals(f"appId eq '{wanted}'")
        if not found:
            raise CallFailedError(f"Resource '{wanted}' does not exist.")
        return found[0]

    def list_principals(self) -> Any:
        """List the service principals that a filter selects."""
        return self._list_principals(self.get("--filter"))

    def _list_principals(self, clause: str) -> list[Any]:
        url = f"{self.simulator.connection.url}/v1.0/servicePrincipals"
        found: list[Any] = self._call("GET", url, params={"$filter": clause})["value"]
        return found

    def add_permission(self) -> Any:
        """Ask for permissions, which has no effect before the consent."""
        asked = {word.removesuffix("=Role") for word in self.arguments["--api-permissions"]}
        if asked != set(ROLES):
            raise CallFailedError(f"These are not the roles that the operator needs: {asked}.")

    def reset_credential(self) -> Any:
        """Add a certificate or a new client secret to an app."""
        client = self.get("--id")
        if "--append" not in self.arguments:
            raise CallFailedError("Without --append the other credentials of the app are lost.")
        if self.get("--cert"):
            self.simulator.add_certificate(self.read("--cert"), client)
            return {"appId": client}
        secret = f"made~{uuid.uuid4().hex}"
        self.simulator.add_secret(secret, client)
        return {"appId": client, "password": secret}

    def create_federated_credential(self) -> Any:
        """Let an app trust the tokens of a ServiceAccount."""
        given = json.loads(self.read("--parameters"))
        [audience] = given["audiences"]
        self.simulator.add_federated_credential(
            given["issuer"], given["subject"], audience=audience, client_id=self.get("--id")
        )
        return {"name": given["name"]}

    def delete_app(self) -> Any:
        """Delete an app with its service principal."""
        for principal in self._list_principals(f"appId eq '{self.get('--id')}'"):
            self.simulator.remove_service_principal(principal["id"])

    def call_graph(self) -> Any:
        """Call Graph, or do what the simulated one has not."""
        url, method = self.get("--url", "--uri"), (self.get("--method") or "get").upper()
        path = urlsplit(url).path
        if path.endswith("/appRoleAssignments"):
            return self._assign_roles(path.split("/")[-2], method)
        if path.endswith("/applicationTemplates"):
            return {"value": [{"id": NOT_IN_THE_GALLERY, "displayName": "x", "supportedProvisioningTypes": ["sync"]}]}
        if path.endswith("/instantiate"):
            name = json.loads(self.get("--body"))["displayName"]
            principal = self.simulator.create_service_principal(name, templates=["scim"])
            return {"servicePrincipal": {"id": principal.id, "appId": principal.app_id}}
        return self._call(method, url)

    def _assign_roles(self, principal: str, method: str) -> Any:
        client = self._list_principals(f"id eq '{principal}'")[0]["appId"]
        if method == "POST":
            body = json.loads(self.get("--body"))
            assert body["principalId"] == principal
            self.simulator.grant(ROLES[body["appRoleId"]], client_id=client)
            return body
        [app] = [each for each in self.simulator.applications() if each.client_id == client]
        return {"value": [{"appRoleId": role} for role, name in ROLES.items() if name in app.roles]}

    def _call(self, method: str, url: str, **more: Any) -> Any:
        """Call Graph with the token of the login."""
        token = self.login.read_text(encoding="utf-8")
        return self._send(method, url, headers={"Authorization": f"Bearer {token}"}, **more)

    def _send(self, method: str, url: str, **more: Any) -> Any:
        context = ssl.create_default_context(cafile=self.simulator.ca_path)
        with httpx.Client(verify=context, trust_env=False) as http:
            answer = http.request(method, url, **more)
        if answer.is_error:
            raise CallFailedError(f"{method} {url}: {answer.status_code} {answer.text}")
        return answer.json()


COMMANDS: dict[str, Callable[[AzureCli], Any]] = {
    "login": AzureCli.log_in,
    "account show": AzureCli.show_account,
    "rest": AzureCli.call_graph,
    "ad app create": AzureCli.create_app,
    "ad app delete": AzureCli.delete_app,
    "ad app credential reset": AzureCli.reset_credential,
    "ad app federated-credential create": AzureCli.create_federated_credential,
    "ad app permission add": AzureCli.add_permission,
    "ad sp create": AzureCli.create_principal,
    "ad sp list": AzureCli.list_principals,
    "ad sp show": AzureCli.show_principal,
}


def select(document: Any, query: str) -> Any:
    """Apply the part of JMESPath that our pages use: `a.b`, `[0]`, `[]`, `[a, b.c]` and `{x: a}`."""
    if not query or document is None:
        return document
    head, rest = re.fullmatch(r"(\[\]|\[\d+\]|\[.*\]|\{.*\}|\w+)\.?(.*)", query).groups()  # type: ignore[union-attr]  # as in all our pages
    if head == "[]":
        return [select(item, rest) for item in document]
    if head.startswith("{"):
        pairs = [pair.split(":") for pair in head[1:-1].split(",")]
        return {name.strip(): select(document, path.strip()) for name, path in pairs}
    if head[1:-1].isdecimal():
        index = int(head[1:-1])
        return select(document[index], rest) if index < len(document) else None
    if head.startswith("["):
        return [select(document, path.strip()) for path in head[1:-1].split(",")]
    return select(document.get(head), rest)


def write(result: Any, output: str) -> str:
    """Write a result as `--output` says."""
    if output == "none" or result is None:
        return ""
    if output == "yaml":
        return yaml.safe_dump(result)
    if output != "tsv":
        return json.dumps(result, indent=2) + "\n"
    rows = result if isinstance(result, list) else [result]
    return "".join("\t".join(map(str, row if isinstance(row, list) else [row])) + "\n" for row in rows)


def call(simulator: SimulatorClient, words: list[str], folder: Path, variables: dict[str, str]) -> str:
    """Do what a line says, and return what it prints.

    Raises:
        CallFailedError: The Azure CLI would not take the line, or the simulator refused what it asks for.
    """
    if faults := find_faults(words):
        raise CallFailedError("\n".join(faults))
    command = command_of(words)
    arguments = arguments_of(words[len(command.split()) :])
    login = Path(variables.get("AZURE_CONFIG_DIR") or f"{variables['HOME']}/.azure") / "token"
    result = COMMANDS[command](AzureCli(simulator, folder, login, arguments))
    query, output = (arguments.get(name, [""])[0] for name in ("--query", "--output"))
    return write(select(result, query), output)
