"""Finds out from a request's method and path which operation of Graph or of the token service it asks for."""

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import unquote

Operation = Literal[
    "getServicePrincipal",
    "listServicePrincipals",
    "getApplication",
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
    "listProvisioningLog",
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
    why: str = ""
    """Why an operation is not simulated."""


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
    ("POST", _SCHEMA + _DIRECTORY + f"/{_GRAPH}discover", "discoverDirectory"),
    ("POST", _VERSION + r"/\$batch", "batch"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals", "listServicePrincipals"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals/(?P<service_principal>[^/()]+)", "getServicePrincipal"),
    ("GET", r"/(?P<version>v1\.0|beta)/servicePrincipals\(appId='(?P<app>[^']+)'\)", "getServicePrincipal"),
    ("GET", _VERSION + "/auditLogs/provisioning", "listProvisioningLog"),
    ("GET", r"/(?P<version>v1\.0|beta)/applications\(appId='(?P<app>[^']+)'\)", "getApplication"),
    ("GET", "/metadata/identity/oauth2/token", "managedIdentityToken"),
    ("POST", _TENANT + r"/oauth2/v2\.0/token", "token"),
    ("GET", _TENANT + r"/v2\.0/\.well-known/openid-configuration", "discovery"),
    ("GET", _TENANT + r"/discovery/v2\.0/keys", "keys"),
)
_UNSIMULATED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("PUT", "DELETE"), _SYNC, "No source tells what it does, and it might remove all jobs."),
    (("POST",), _SYNC + "/templates", "Microsoft removed its page because it does not work (graph-facts 2.3)."),
    (("PUT", "PATCH", "DELETE"), _TEMPLATE, "No source tells which members of a template may change."),
    (("POST",), _SCHEMA + "/directories", "No source tells what becomes of the rules."),
    (("PATCH", "DELETE"), _SCHEMA + _DIRECTORY, "No source tells what becomes of the rules."),
    (("GET", "PATCH", "DELETE"), _JOB + "/bulkUpload", "No source tells what it has. An upload is a POST."),
    (("GET", "PUT", "DELETE"), _JOB + r"/bulkUpload/\$value", "No source tells what it has. An upload is a POST."),
    (("PATCH",), _SYNC + "/connectivityParameters", "Its body is not known."),
    (("POST",), _JOB + f"/{_GRAPH}validateConnectivity", "Its body is not known."),
)
"""What Microsoft's description or its list of permissions has and the simulator has not: methods, path and reason."""

WRITES: frozenset[str] = frozenset(
    operation for method, _, operation in _ROUTES if method != "GET" and operation not in {"batch", "token"}
) | {"unsimulated"}
"""The operations that count against a tenant's quota of writes: Graph counts each POST, PATCH, PUT and DELETE."""
_PATTERNS: tuple[tuple[str, re.Pattern[str], Operation, str], ...] = (
    *((method, re.compile(path, re.IGNORECASE), operation, "") for method, path, operation in _ROUTES),
    *(
        (method, re.compile(path, re.IGNORECASE), "unsimulated", why)
        for methods, path, why in _UNSIMULATED
        for method in methods
    ),
)
REASONS = frozenset(why for _, _, why in _UNSIMULATED)
"""Why operations are not simulated, as their refusals say it."""


def find_target(method: str, raw_path: str) -> Target:
    """Find what a request asks for; a trailing slash is ignored, as in Microsoft's own samples (graph-facts 1).

    The path is split before its segments are decoded, so an escaped slash stays within its segment.
    """
    path = raw_path.rstrip("/")
    is_known = False
    for known, pattern, operation, why in _PATTERNS:
        match = pattern.fullmatch(path) or (
            pattern.fullmatch(unquote(path)) if "%27" in path or "%28" in path else None
        )
        if match is None:
            continue
        if known == method:
            parts: dict[str, Any] = {name: unquote(part) for name, part in match.groupdict().items() if part}
            return Target(operation, why=why, **parts)
        is_known = True
    return Target("wrongMethod" if is_known else "unknown")
