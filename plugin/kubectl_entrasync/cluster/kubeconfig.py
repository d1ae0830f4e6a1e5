"""Reads a kubeconfig by the `kubernetes` client, and turns what that raises or logs into a `Failure`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml
from kubernetes import client, config
from urllib3 import Retry

from kubectl_entrasync.failure import Failure

_RETRIES = Retry(3, read=False)
"""A connection is tried again. An answer is not waited for again, so that a call takes no longer than it may."""


@dataclass(frozen=True)
class Kubeconfig:
    """What a kubeconfig says of a context, and the client for its cluster."""

    api: client.ApiClient
    context: str
    namespace: str | None


def load_kubeconfig(file: str, context: str | None) -> Kubeconfig:
    """Read a kubeconfig, and log in if it names a program that does.

    Args:
        file: a path, or several as in KUBECONFIG.
        context: the context that is meant; None for the current one.

    Raises:
        Failure: it cannot be used, it does not have the context, or the program fails.
    """
    with _explain_faults():
        contexts, active = config.list_kube_config_contexts(file)
        chosen = _find_context(context, contexts) or active
        with _hear_login_faults() as faults:
            api = config.new_client_from_config(
                file, chosen["name"], persist_config=False, client_configuration=_configure()
            )
        named: dict[str, Any] = chosen.get("context") or {}
        namespace = named.get("namespace")
    if faults:
        raise Failure(
            f"The login of context {chosen['name']} does not work: {faults[-1].rstrip('.')}. Log in as your cluster "
            "needs it, until `kubectl cluster-info` works."
        )
    return Kubeconfig(api, chosen["name"], namespace)


def _configure() -> client.Configuration:
    configuration = client.Configuration()
    configuration.retries = _RETRIES
    return configuration


@contextmanager
def _explain_faults() -> Iterator[None]:
    try:
        yield
    except config.ConfigException as error:
        raise _make_failure(str(error)) from error
    except OSError as error:
        raise _make_failure(f"{error.filename}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _make_failure("it is no YAML") from error
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:  # the client takes the form as given
        raise _make_failure("it does not have the form of a kubeconfig") from error


def _make_failure(cause: str) -> Failure:
    return Failure(
        f"The kubeconfig cannot be used: {cause.rstrip('.')}. Set KUBECONFIG or --kubeconfig to a file that `kubectl "
        "cluster-info` works with."
    )


def _find_context(name: str | None, contexts: list[dict[str, Any]]) -> dict[str, Any] | None:
    if name is None:
        return None
    found = [each for each in contexts if each["name"] == name]
    if not found:
        names = ", ".join(sorted(each["name"] for each in contexts))
        raise Failure(f"The kubeconfig has no context {name}. It has: {names}.")
    return found[0]


class _Faults(logging.Handler):
    """Keeps the errors that are logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.messages.append(record.getMessage())


@contextmanager
def _hear_login_faults() -> Iterator[list[str]]:
    """Yield what the client logs when a login program fails. It raises nothing, and goes on as nobody."""
    heard, root = _Faults(), logging.getLogger()
    root.addHandler(heard)
    try:
        yield heard.messages
    finally:
        root.removeHandler(heard)
