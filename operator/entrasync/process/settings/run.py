"""Settings of `run`, from flags or environment variables. Wrong ones are refused with a sentence each."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, ValidationError, field_validator
from pydantic_settings import CliExplicitFlag, NoDecode

from entrasync.api.duration import parse_go_duration
from entrasync.api.job.spec import PollInterval
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.core.resource.defaults import Defaults
from entrasync.process.settings.operator_connection import (
    PREFIX,
    OperatorConnectionSettings,
    check_namespaces,
    split_names,
)
from entrasync.reconcile.step.write_guard import API_SERVER_SILENCE

MIN_REPLICATION_BOUND = timedelta(minutes=5)
"""Graph shows new jobs late by "several moments" at best; Terraform allows 15 minutes (docs/graph-facts.md, 4.2)."""


MIN_API_SERVER_SILENCE = timedelta(seconds=5)
"""A call to the API server takes a second at times."""


MIN_LEASE_DURATION, MAX_LEASE_DURATION = timedelta(seconds=5), timedelta(minutes=5)


class RunSettings(OperatorConnectionSettings):
    """Run the operator."""

    namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Namespaces to look after, separated by commas; none means the whole cluster."""

    poll_interval: PollInterval = timedelta(minutes=10)
    """Longest age of a mirrored status where the resource says nothing, like 90s, 5m or 1h; at least 30s."""

    default_management_policy: ManagementPolicy = ManagementPolicy.MANAGE
    """Manage or Observe, where neither a resource nor its namespace says it."""

    default_deletion_policy: DeletionPolicy | None = None
    """Delete, Pause or Retain, where neither a resource nor its namespace says it; unset: Delete for a job that was
    created, Retain for one that was adopted."""

    unlabelled_secrets: Literal["Refuse", "Allow"] = "Refuse"
    """Refuse: a Secret is used only if it carries the label entrasync.io/watch: "true". Allow: whoever may create
    SynchronizationJobs or GraphConnections can have any Secret of the namespace sent to an address of his choice."""

    replication_bound: timedelta = timedelta(minutes=15)
    """How long a created job may stay invisible in Graph before another create may be sent; at least 5m."""

    deletion_limit: int | None = Field(default=None, ge=0)
    """Most jobs of a tenant that are deleted in Graph within ten minutes; more wait for a person's approval, as
    DeletionHeld. Unset: no limit."""

    api_server_silence: timedelta = API_SERVER_SILENCE
    """How long the API server may be silent before nothing more is written to Graph; at least 5s."""

    leader_election: CliExplicitFlag[bool] = True
    """true: of the replicas with the same Lease one acts and the others stand by. false: for a single process that
    has no rights on Leases; two of them would do everything twice."""

    lease_name: str = "entra-sync-operator"
    """Name of the Lease that the replicas share."""

    lease_namespace: str | None = None
    """Namespace of the Lease; unset: that of the pod, or of the kubeconfig's context."""

    lease_duration: timedelta = timedelta(seconds=10)
    """How long after its last renewal another replica may take the Lease, in whole seconds; from 5s to 5m."""

    concurrency: int = Field(default=32, ge=1, le=256)
    """Calls to Graph at the same time."""

    http_host: str = ""
    """Address that health and metrics listen on; empty for all of IPv4 and IPv6, as the kubelet and Prometheus ask
    from other machines."""

    http_port: int = Field(default=8080, ge=0, le=65535)
    """Port that health and metrics listen on; 0 takes a free one and logs it."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level of what is logged."""

    log_format: Literal["json", "text"] = "json"
    """One JSON object per line, or plain lines for a terminal."""

    clock_start: AwareDatetime | None = None
    """For tests against a simulated Graph: the world's time at --clock-origin."""

    clock_origin: float | None = None
    """For tests: real time (seconds since 1970) at which the simulated world began."""

    clock_rate: float = Field(default=1.0, gt=0)
    """For tests: how many times faster than real time the simulated world runs."""

    @field_validator("namespaces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_names(value)

    @field_validator("namespaces")
    @classmethod
    def _are_namespaces(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return check_namespaces(value)

    @field_validator("replication_bound", "api_server_silence", "lease_duration", mode="before")
    @classmethod
    def _read_duration(cls, value: object) -> object:
        return parse_go_duration(value) if isinstance(value, str) else value

    @field_validator("replication_bound")
    @classmethod
    def _is_long_enough(cls, value: timedelta) -> timedelta:
        if value < MIN_REPLICATION_BOUND:
            raise ValueError(
                "It must be at least 5m: a shorter one makes a second job when Graph is slow to show the first."
            )
        return value

    @field_validator("api_server_silence")
    @classmethod
    def _leaves_time_to_ask(cls, value: timedelta) -> timedelta:
        if value < MIN_API_SERVER_SILENCE:
            raise ValueError("It must be at least 5s: a quiet API server is asked again only after a third of it.")
        return value

    @field_validator("lease_duration")
    @classmethod
    def _fits_a_lease(cls, value: timedelta) -> timedelta:
        if not MIN_LEASE_DURATION <= value <= MAX_LEASE_DURATION or value.microseconds:
            raise ValueError(
                "It must be whole seconds from 5s to 5m: a shorter one ends while the API server is merely slow, and a "
                "longer one leaves jobs without an operator."
            )
        return value

    @field_validator("default_deletion_policy", "deletion_limit", "lease_namespace", mode="before")
    @classmethod
    def _empty_means_unset(cls, value: object) -> object:
        return None if value == "" else value

    def defaults(self) -> Defaults:
        """The defaults for what neither a resource nor its namespace says."""
        return Defaults(self.poll_interval, self.default_management_policy, self.default_deletion_policy)


def describe(error: ValidationError) -> str:
    """Describe each fault of the settings in one line: the flag, its variable, and what is wrong."""
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        name = str(fault["loc"][1]) if len(fault["loc"]) > 1 else ""  # the first part is the command
        message = "It is needed." if fault["type"] == "missing" else _write_sentence(str(fault["msg"]))
        flag = f"--{name.replace('_', '-')} ({PREFIX}{name.upper()}): " if name else ""
        lines.append(f"  {flag}{message}")
    return "\n".join(lines)


def _write_sentence(words: str) -> str:
    """Write what a validator says as a sentence about the setting. Those of pydantic speak of an input."""
    said = words.removeprefix("Value error, ").replace("Input should be", "It must be")
    said = re.sub(r"'([\w.]+)'", r"\1", said)
    return f"{said.rstrip('.')}."
