"""Finds what a token's roles allow, by feature, from the permissions of the calls that the feature makes.

Which permissions each single call needs stands in `calls/operations.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from entrasync.core.connection.status import MissingPermission
from entrasync.graph.calls.operations import (
    CREATE_JOB,
    DELETE_JOB,
    DELETE_SCHEMA,
    FIND_SERVICE_PRINCIPAL,
    GET_JOB,
    GET_SCHEMA,
    GET_SERVICE_PRINCIPAL,
    GET_TEMPLATE_SCHEMA,
    LIST_CLIENT_SECRETS,
    LIST_JOBS,
    LIST_SECRETS,
    LIST_TEMPLATES,
    PARSE_EXPRESSION,
    PATCH_INTERVAL,
    PATCH_SETTINGS,
    PAUSE_JOB,
    PROVISION_ON_DEMAND,
    PUT_SCHEMA,
    PUT_SECRETS,
    RESTART_JOB,
    START_JOB,
    VALIDATE_CREDENTIALS,
    Operation,
)


@dataclass(frozen=True)
class Feature:
    """A feature that a person may use, and the calls that it makes.

    Nobody is told that the permission of an optional one is missing: not every connection can have a use for it.
    """

    description: str
    operations: tuple[Operation, ...]
    is_optional: bool = False

    @property
    def any_of(self) -> tuple[str, ...]:
        """The permissions that allow every one of its calls, the least one first."""
        first, *others = (operation.permissions for operation in self.operations)
        return tuple(permission for permission in first if all(permission in other for other in others))


FEATURES = (
    Feature("reading jobs and their status", (LIST_JOBS, GET_JOB, LIST_TEMPLATES)),
    Feature(
        "creating, starting, pausing, restarting and deleting jobs",
        (CREATE_JOB, START_JOB, PAUSE_JOB, RESTART_JOB, DELETE_JOB),
    ),
    Feature("spec.application: credentials and settings of the app", (LIST_SECRETS, PUT_SECRETS, VALIDATE_CREDENTIALS)),
    Feature("spec.settings and spec.schedule.interval", (PATCH_SETTINGS, PATCH_INTERVAL)),
    Feature("spec.schema", (GET_SCHEMA, PUT_SCHEMA, PARSE_EXPRESSION, GET_TEMPLATE_SCHEMA, DELETE_SCHEMA)),
    Feature("ProvisioningRequests", (PROVISION_ON_DEMAND,)),
    Feature(
        "spec.servicePrincipal.appId, and telling that a service principal is gone",
        (FIND_SERVICE_PRINCIPAL, GET_SERVICE_PRINCIPAL),
    ),
    Feature("optional: telling when the client secret of a connection ends", (LIST_CLIENT_SECRETS,), is_optional=True),
)


def find_missing_permissions(roles: Collection[str]) -> tuple[MissingPermission, ...]:
    """Find the features that none of the roles allows, but for the optional ones."""
    return tuple(
        MissingPermission(feature.description, feature.any_of)
        for feature in FEATURES
        if not feature.is_optional and not set(feature.any_of).intersection(roles)
    )
