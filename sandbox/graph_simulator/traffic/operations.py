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
    "acquireAccessToken",
    "getSynchronization",
    "ping",
    "count",
    "countDirectories",
    "getSchema",
    "putSchema",
    "patchSchema",
    "deleteSchema",
    "putTemplateSchema",
    "deleteTemplateSchema",
    "listFilterOperators",
    "listFunctions",
    "parseExpression",
    "listDirectories",
    "getDirectory",
    "discoverDirectory",
    "provisionOnDemand",
    "bulkUpload",
    "batch",
    "unsimulated",
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
    application: str = ""
    """The object id of an app registration, whose service principal is meant."""
    app: str = ""
    template: str = ""
    job: str = ""
    directory: str = ""
    counted: str = ""
    """The collection that `$count` counts."""


_VERSION = r"/(?P<version>v1\.0|beta)"
_OWNER = r"/(?:servicePrincipals/(?P<service_principal>[^/()]+)|applications/(?P<application>[^/()]+))"
_SYNC = _VERSION + _OWNER + "/synchronization"
_JOB = _SYNC + r"/jobs/(?P<job>[^/]+)"
_TEMPLATE = _SYNC + r"/templates/(?P<template>[^/]+)"
_JOB_SCHEMA = _JOB + "/schema"
_TEMPLATE_SCHEMA = _TEMPLATE + "/schema"
_SCHEMA = _SYNC + r"/(?:jobs/(?P<job>[^/]+)|templates/(?P<template>[^/]+))/schema"
_DIRECTORY = r"/directories/(?P<directory>[^/]+)"
_GRAPH = r"(?:microsoft\.graph\.)?"
_TENANT = r"/(?P<tenant>[^/]+)"

_ROUTES: tuple[tuple[str, str, Operation], ...] = (
    ("GET", _SYNC + r"/(?P<counted>jobs|templates|secrets)/\$count", "count"),
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
    ("POST", _JOB + f"/{_GRAPH}provisionOnDemand", "provisionOnDemand"),
    ("POST", _JOB + "/bulkUpload", "bulkUpload"),
    ("GET", _SYNC, "getSynchronization"),
    ("GET", _SYNC + rf"/{_GRAPH}Ping(?:\(\))?", "ping"),
    ("POST", _SYNC + f"/{_GRAPH}acquireAccessToken", "acquireAccessToken"),
    ("GET", _SYNC + r"/secrets", "listSecrets"),
    ("PUT", _SYNC + r"/secrets", "putSecrets"),
    ("GET", _SYNC + r"/templates", "listTemplates"),
    ("GET", _TEMPLATE, "getTemplate"),
    ("GET", _SCHEMA, "getSchema"),
    ("PUT", _JOB_SCHEMA, "putSchema"),
    ("PATCH", _SCHEMA, "patchSchema"),
    ("DELETE", _JOB_SCHEMA, "deleteSchema"),
    ("PUT", _TEMPLATE_SCHEMA, "putTemplateSchema"),
    ("DELETE", _TEMPLATE_SCHEMA, "deleteTemplateSchema"),
    ("GET", _SCHEMA + rf"/{_GRAPH}filterOperators(?:\(\))?", "listFilterOperators"),
    ("GET", _SCHEMA + rf"/{_GRAPH}functions(?:\(\))?", "listFunctions"),
    ("POST", _SCHEMA + f"/{_GRAPH}parseExpression", "parseExpression"),
    ("GET", _SCHEMA + "/directories", "listDirectories"),
    ("GET", _SCHEMA + r"/directories/\$count", "countDirectories"),
    ("GET", _SCHEMA + _DIRECTORY, "getDirectory"),
    ("POST", _JOB_SCHEMA + _DIRECTORY + f"/{_GRAPH}discover", "discoverDirectory"),
    # Microsoft's description has these too, and no source tells what they do.
    *((method, _SYNC, "unsimulated") for method in ("PUT", "DELETE")),
    ("PATCH", _SYNC + "/connectivityParameters", "unsimulated"),
    ("POST", _JOB + f"/{_GRAPH}validateConnectivity", "unsimulated"),
    *((method, _JOB + "/bulkUpload", "unsimulated") for method in ("GET", "PATCH", "DELETE")),
    *((method, _JOB + r"/bulkUpload/\$value", "unsimulated") for method in ("GET", "PUT", "DELETE")),
    ("POST", _SYNC + "/templates", "unsimulated"),
    *((method, _TEMPLATE, "unsimulated") for method in ("PUT", "PATCH", "DELETE")),
    ("POST", _SCHEMA + "/directories", "unsimulated"),
    *((method, _SCHEMA + _DIRECTORY, "unsimulated") for method in ("PATCH", "DELETE")),
    ("POST", _VERSION + r"/\$batch", "batch"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals", "listServicePrincipals"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals/(?P<service_principal>[^/()]+)", "getServicePrincipal"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals\(appId='(?P<app>[^']+)'\)", "getServicePrincipal"),
    ("GET", "/metadata/identity/oauth2/token", "managedIdentityToken"),
    ("POST", _TENANT + r"/oauth2/v2\.0/token", "token"),
    ("GET", _TENANT + r"/v2\.0/\.well-known/openid-configuration", "discovery"),
    ("GET", _TENANT + r"/discovery/v2\.0/keys", "keys"),
)
WRITES: frozenset[str] = frozenset(
    operation for method, _, operation in _ROUTES if method != "GET" and operation not in {"batch", "token"}
)
"""The operations that count against a tenant's quota of writes: Graph counts each POST, PATCH, PUT and DELETE."""
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
