"""The canary: does anything secret show anywhere that the operator writes to?"""

import base64
import json
import re
from collections.abc import Iterator, Mapping

from entrasync.api.job.secret_keys import SENSITIVE_KEYS
from entrasync.api.names import API_VERSION, CONNECTION_PLURAL, PLURAL
from tests.support.certificates import key_pem
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment
from tests.support.secret_forms import forms_of

SHAPES = {
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{16,}|Bearer (?!\*)", re.IGNORECASE),
    "a private key": re.compile("PRIVATE KEY"),
}
"""What is a secret whoever made it: the beginning of any JWT, what stands before one in a header, a PEM's name."""

SHORTEST = 8
"""Characters of what counts as a secret: shorter ones stand in words by chance."""

PIECE = 12
"""Characters at the beginning, in the middle and at the end of a secret that are searched for."""

PLACEHOLDERS = frozenset({"replace-me"})
"""What examples have in the place of secrets."""


def find_leaks(environment: OperatorEnvironment, *more: str) -> list[str]:
    """Search logs, metrics, Events and resources of all namespaces of an operator for all secrets it may have met.

    Those are what the simulator's world lets in and was sent, what is or was in Secrets, and `more`. Each is searched
    for in every form in which it may be repeated. Tells what stands where, but no secret.
    """
    told = dict(_read_all(environment))
    pieces = dict(_cut(_know_secrets(environment) | set(more)))
    found = {f"{what} is in {where}" for where, text in told.items() for piece, what in pieces.items() if piece in text}
    shapes = {
        f"{what} is in {where}" for where, text in told.items() for what, shape in SHAPES.items() if shape.search(text)
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


def _know_secrets(environment: OperatorEnvironment) -> set[str]:
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
    """List what is in the namespaces of an operator; of all where it has no list of its own."""
    namespaces = {environment.namespace, *environment.launch.namespaces} if environment.launch.namespaces else None
    found = environment.cluster.list(api_version, plural)
    return [each for each in found if namespaces is None or each["metadata"]["namespace"] in namespaces]


def _decode(data: Mapping[str, str]) -> Iterator[str]:
    """Decode the values of a Secret, but for certificates, which everybody may see."""
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
    """Take the second line of a PEM, as its first one is in all, and its third; else the whole secret."""
    return secret.splitlines()[1:3] if secret.startswith("-----BEGIN") else [secret]


def _write(objects: list[Object]) -> str:
    return json.dumps(objects, ensure_ascii=False)
