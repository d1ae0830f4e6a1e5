"""A search for secrets in everything that the operator writes."""

import base64
import json
import re
from collections.abc import Iterator, Mapping

from entrasync.api.job.secret_keys import SENSITIVE_KEYS
from entrasync.api.names import API_VERSION, CONNECTION_PLURAL, PLURAL, PROVISIONING_PLURAL
from tests.support.certificates import key_pem
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment
from tests.support.secret_forms import forms_of

SHAPES = {
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{16,}|Bearer (?!\*)", re.IGNORECASE),
    "a private key": re.compile("PRIVATE KEY"),
}
"""Texts that are always part of a secret: the beginning of a JWT, its prefix in a header, the title of a PEM."""

SHORTEST = 8
"""The shortest text that counts as a secret: shorter ones occur in words by chance."""

PIECE = 12
"""How many characters at the beginning, in the middle and at the end of a secret are searched for."""

PLACEHOLDERS = frozenset({"replace-me"})
"""The placeholders for secrets in examples."""


def find_leaks(environment: OperatorEnvironment, *more: str) -> list[str]:
    """Search logs, metrics, Events and resources of all namespaces of an operator for all secrets it may have met.

    Those are what the simulator accepts and was sent, what is or was in Secrets, and `more`. Each is searched
    for in every form in which it may be repeated. Returns which was found where, without the secret itself.
    """
    reported = dict(_read_all(environment))
    pieces = dict(_cut(_collect_secrets(environment) | set(more)))
    found = {
        f"{what} is in {where}" for where, text in reported.items() for piece, what in pieces.items() if piece in text
    }
    shapes = {
        f"{what} is in {where}"
        for where, text in reported.items()
        for what, shape in SHAPES.items()
        if shape.search(text)
    }
    return sorted(found | shapes)


def _read_all(environment: OperatorEnvironment) -> Iterator[tuple[str, str]]:
    for log in sorted(environment.log.parent.glob("*.log")):
        yield f"the log {log.name}", log.read_text(errors="replace")
    if environment.operator:
        yield "the metrics", environment.operator.read("/metrics")[1]
    yield "an Event", _write(_list(environment, "v1", "events"))
    yield "a SynchronizationJob", _write(_list(environment, API_VERSION, PLURAL))
    yield "a GraphConnection", _write(_list(environment, API_VERSION, CONNECTION_PLURAL))
    yield "a ProvisioningRequest", _write(_list(environment, API_VERSION, PROVISIONING_PLURAL))


def _collect_secrets(environment: OperatorEnvironment) -> set[str]:
    simulator = environment.simulator
    sent = [write.values for write in simulator.secret_writes()] + [
        trial.credentials for trial in simulator.credential_validations()
    ]
    secrets = {value for values in sent for key, value in values.items() if key in SENSITIVE_KEYS}
    secrets |= {secret for application in simulator.applications() for secret in application.secrets}
    secrets |= {value for secret in _list(environment, "v1", "secrets") for value in _decode(secret.get("data") or {})}
    secrets |= environment.secrets | {simulator.connection.client_secret, key_pem()}
    return {secret for secret in secrets if len(secret.strip()) >= SHORTEST} - PLACEHOLDERS


def _list(environment: OperatorEnvironment, api_version: str, plural: str) -> list[Object]:
    """List the objects in the namespaces of an operator, or in all namespaces if it watches all."""
    namespaces = {environment.namespace, *environment.launch.namespaces} if environment.launch.namespaces else None
    found = environment.cluster.list(api_version, plural)
    return [each for each in found if namespaces is None or each["metadata"]["namespace"] in namespaces]


def _decode(data: Mapping[str, str]) -> Iterator[str]:
    """Decode the values of a Secret, except certificates, which are public."""
    for key, value in data.items():
        if not key.endswith(".crt"):
            yield base64.b64decode(value).decode("utf-8", "replace")


def _cut(secrets: set[str]) -> Iterator[tuple[str, str]]:
    for secret in secrets:
        for line in _lines(secret):
            for name, form in forms_of(line).items():
                middle = (len(form) - PIECE) // 2
                for begin in {0, max(middle, 0), max(len(form) - PIECE, 0)} if len(form) >= SHORTEST else ():
                    yield form[begin : begin + PIECE], f"a secret ({name})"


def _lines(secret: str) -> list[str]:
    """Return the second and third line of a PEM, as the first is the same in all, or any other secret as a whole."""
    return secret.splitlines()[1:3] if secret.startswith("-----BEGIN") else [secret]


def _write(objects: list[Object]) -> str:
    return json.dumps(objects, ensure_ascii=False)
