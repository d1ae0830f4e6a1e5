"""Finds out from a request's method and path which operation of Graph or of the token service it asks for."""

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import unquote

Operation = Literal[
    "getServicePrincipal",
    "listServicePrincipals",
    "listTemplates",
    "getTemplate",
    "listJobs",
    "createJob",
    "getJob",
    "startJob",
    "pauseJob",
    "updateJob",
    "restartJob",
    "deleteJob",
    "listSecrets",
    "putSecrets",
    "validateCredentials",
    "validateNewCredentials",
    "token",
    "discovery",
    "keys",
    "managedIdentityToken",
    "unknown",
    "wrongMethod",
]
"""The name of what a request asks for, which faults, journal and counters use."""

OPERATIONS: tuple[str, ...] = get_args(Operation)
IDENTITY_OPERATIONS = frozenset({"token", "discovery", "keys", "managedIdentityToken"})


@dataclass(frozen=True, slots=True)
class Target:
    """The operation and the parts of a path. Parts that the path does not have are empty."""

    operation: Operation
    version: str = ""
    tenant: str = ""
    service_principal: str = ""
    app: str = ""
    template: str = ""
    job: str = ""


_SYNC = r"/(?P<version>v1\.0|beta)/servicePrincipals/(?P<service_principal>[^/()]+)/synchronization"
_JOB = _SYNC + r"/jobs/(?P<job>[^/]+)"
_TENANT = r"/(?P<tenant>[^/]+)"

_ROUTES: tuple[tuple[str, str, Operation], ...] = (
    ("GET", _SYNC + r"/jobs", "listJobs"),
    ("POST", _SYNC + r"/jobs", "createJob"),
    ("GET", _JOB, "getJob"),
    ("PATCH", _JOB, "updateJob"),
    ("DELETE", _JOB, "deleteJob"),
    # Fixed segments come first, since "jobs/validateCredentials" is not a job.
    ("POST", _SYNC + r"/jobs/(?:microsoft\.graph\.)?validateCredentials", "validateNewCredentials"),
    ("POST", _JOB + r"/(?:microsoft\.graph\.)?validateCredentials", "validateCredentials"),
    ("POST", _JOB + r"/(?:microsoft\.graph\.)?restart", "restartJob"),
    ("POST", _JOB + r"/(?:microsoft\.graph\.)?start", "startJob"),
    ("POST", _JOB + r"/(?:microsoft\.graph\.)?pause", "pauseJob"),
    ("GET", _SYNC + r"/secrets", "listSecrets"),
    ("PUT", _SYNC + r"/secrets", "putSecrets"),
    ("GET", _SYNC + r"/templates", "listTemplates"),
    ("GET", _SYNC + r"/templates/(?P<template>[^/]+)", "getTemplate"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals", "listServicePrincipals"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals/(?P<service_principal>[^/()]+)", "getServicePrincipal"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals\(appId='(?P<app>[^']+)'\)", "getServicePrincipal"),
    ("GET", "/metadata/identity/oauth2/token", "managedIdentityToken"),
    ("POST", _TENANT + r"/oauth2/v2\.0/token", "token"),
    ("GET", _TENANT + r"/v2\.0/\.well-known/openid-configuration", "discovery"),
    ("GET", _TENANT + r"/discovery/v2\.0/keys", "keys"),
)
_PATTERNS = tuple((method, re.compile(path, re.IGNORECASE), operation) for method, path, operation in _ROUTES)


def find_target(method: str, raw_path: str) -> Target:
    """Find what a request asks for; a trailing slash is ignored, as in Microsoft's own samples (graph-facts 1).

    The path is split before its segments are decoded, so an escaped slash stays within its segment.
    """
    path = raw_path.rstrip("/")
    is_known = False
    for known, pattern, operation in _PATTERNS:
        match = pattern.fullmatch(path) or (
            pattern.fullmatch(unquote(path)) if "%27" in path or "%28" in path else None
        )
        if match is None:
            continue
        if known == method:
            parts: dict[str, Any] = {name: unquote(part) for name, part in match.groupdict().items() if part}
            return Target(operation, **parts)
        is_known = True
    return Target("wrongMethod" if is_known else "unknown")
