"""The calls that the operator makes, each with the permissions that Graph requires and the answers that mean done.

These are application permissions, and any one of them is enough (graph-facts 3; Microsoft: permissions.json of the
Graph DevX content, and the reference page of each operation). The statuses are those of the same pages (graph-facts 3).
"""

from dataclasses import dataclass
from http import HTTPStatus

OWNED_BY = "Application.ReadWrite.OwnedBy"
"""Counts only for service principals that the operator's app owns. Graph was seen to refuse it even there."""

_READ = ("Synchronization.Read.All", "Synchronization.ReadWrite.All", OWNED_BY)
_WRITE = ("Synchronization.ReadWrite.All", OWNED_BY)
_CHANGE = ("Synchronization.ReadWrite.All",)
"""To own the service principal is not enough for a change of a job (PATCH, graph-facts 3)."""

_DIRECTORY_READ = (
    "Application.Read.All",
    OWNED_BY,
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)


_SHOWN = frozenset({HTTPStatus.OK})
_MADE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
"""Graph answers a create with 201. Its reference page says 200 (graph-facts 0.2)."""
_DONE = frozenset({HTTPStatus.NO_CONTENT})
_CHANGED = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
"""Microsoft's description of PATCH allows both, with the job and without it (graph-facts 3)."""


@dataclass(frozen=True)
class Operation:
    """One kind of call to Graph.

    `name` is the label of metrics, `description` completes "Graph refused to ...", and `permissions` begin with the
    least one. `done_by` has the statuses that mean done. Each but 204 comes with JSON. No other answer means done.
    """

    name: str
    description: str
    permissions: tuple[str, ...]
    done_by: frozenset[HTTPStatus]
    is_write: bool = False
    saves_secrets: bool = False

    @property
    def recommended_permissions(self) -> tuple[str, ...]:
        """The permissions to advise. One that only reads jobs would lead to the next refusal."""
        return _WRITE if set(_WRITE) <= set(self.permissions) else self.permissions


_APPLICATION_READ = ("Application.Read.All", OWNED_BY, "Application.ReadWrite.All")
"""For app registrations the list of permissions does not have those of Directory (graph-facts 7.3)."""


LIST_JOBS = Operation("list_jobs", "list the jobs", _READ, _SHOWN)
GET_JOB = Operation("get_job", "show the job", _READ, _SHOWN)
CREATE_JOB = Operation("create_job", "create a job", _WRITE, _MADE, is_write=True)
START_JOB = Operation("start_job", "start the job", _WRITE, _DONE, is_write=True)
PAUSE_JOB = Operation("pause_job", "pause the job", _WRITE, _DONE, is_write=True)
DELETE_JOB = Operation("delete_job", "delete the job", _WRITE, _DONE, is_write=True)
RESTART_JOB = Operation("restart_job", "restart the job", _WRITE, _DONE, is_write=True)
PATCH_SETTINGS = Operation("patch_settings", "change the job's settings", _CHANGE, _CHANGED, is_write=True)
PATCH_INTERVAL = Operation("patch_interval", "change the job's interval", _CHANGE, _CHANGED, is_write=True)
GET_SCHEMA = Operation("get_schema", "show the job's schema", _READ, _SHOWN)
GET_TEMPLATE_SCHEMA = Operation("get_template_schema", "show the schema of the template", _READ, _SHOWN)
DELETE_SCHEMA = Operation("delete_schema", "reset the job's schema", _WRITE, _DONE, is_write=True)
PUT_SCHEMA = Operation("put_schema", "change the job's schema", _WRITE, _DONE, is_write=True)
PARSE_EXPRESSION = Operation("parse_expression", "read an expression", _WRITE, _SHOWN)
"""No write: it changes nothing, so it may be repeated."""
PROVISION_ON_DEMAND = Operation("provision_on_demand", "provision the object", _WRITE, _MADE, is_write=True)
"""Graph answers 200, and another client was seen to take 201 as well (graph-facts 3)."""
LIST_SECRETS = Operation("list_secrets", "list the app's stored credentials", _READ, _SHOWN)
PUT_SECRETS = Operation("put_secrets", "store the app's credentials", _WRITE, _DONE, is_write=True, saves_secrets=True)
VALIDATE_CREDENTIALS = Operation("validate_credentials", "accept the app's credentials", _WRITE, _DONE)
"""No write: it changes nothing, so it may be repeated."""
LIST_TEMPLATES = Operation("list_templates", "list the templates", _READ, _SHOWN)
GET_SERVICE_PRINCIPAL = Operation("get_service_principal", "show the service principal", _DIRECTORY_READ, _SHOWN)
FIND_SERVICE_PRINCIPAL = Operation(
    "find_service_principal", "find the service principal of an app", _DIRECTORY_READ, _SHOWN
)
LIST_CLIENT_SECRETS = Operation(
    "list_client_secrets", "tell when the client secrets of the operator's app end", _APPLICATION_READ, _SHOWN
)
