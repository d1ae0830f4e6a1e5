"""Defines a call to Graph, and finds for it the service principal, job or template that it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl

from graph_simulator.identity.applications import Registry
from graph_simulator.traffic.operations import Target
from graph_simulator.web.answers import GraphError, Ids
from graph_simulator.world.directory import JobRecord, ServicePrincipal, World
from graph_simulator.world.replication import Look
from graph_simulator.world.templates import Template

NO_PRIVILEGES = "Insufficient privileges to complete the operation."
WRONG_METHOD = "Specified HTTP method is not allowed for the request target."


class GraphRefusalError(Exception):
    """A request that Graph refuses, with the error that it answers."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(f"{error.status} {error.code} {error.message}")
        self.error = error


def read_query(query: str) -> dict[str, str]:
    """Read the options of a request."""
    return dict(parse_qsl(query, keep_blank_values=True)) if query else {}


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to Graph, with the world that it reads or changes and the time of its effect."""

    world: World
    target: Target
    origin: str
    """The scheme, host and port as the caller sees them."""
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    """The headers of the request, with small names."""
    body: bytes
    now: datetime
    ids: Ids
    tenant: str = ""
    client: str = ""
    roles: frozenset[str] = field(default=frozenset())
    registry: Registry = field(default_factory=Registry)
    """The app registrations."""
    had_effect: bool = False
    made_job: str = ""

    def refuse(self, status: int, code: str, message: str | None, *, nested: bool = False) -> GraphRefusalError:
        """Create the exception for a refusal of this call."""
        return GraphRefusalError(GraphError(status, code, message, nested))

    @property
    def metadata_url(self) -> str:
        """The beginning of every `@odata.context`."""
        return f"{self.origin}/{self.target.version}/$metadata"


READ_DIRECTORY = frozenset(
    {
        "Application.Read.All",
        "Application.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    }
)
"""The roles that may read service principals. OwnedBy may read all of them, not only the owned ones, as the reference
page of GET /servicePrincipals/{id} says."""
READ_APPLICATIONS = frozenset({"Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"})
"""The roles that may read app registrations (graph-facts 7.3). Whether OwnedBy may read one that it does not own is not
known; here it may."""
WRITES_ALL = "Synchronization.ReadWrite.All"
OWNED = "Application.ReadWrite.OwnedBy"
READ_JOBS = frozenset({OWNED, "Synchronization.Read.All", WRITES_ALL})
"""The roles that may read synchronization (graph-facts 3); OWNED applies to owned service principals only."""
WRITE_JOBS = frozenset({OWNED, WRITES_ALL})
"""The roles that may write synchronization (graph-facts 3); OWNED applies to owned service principals only."""
DISCOVER = frozenset({OWNED, "Directory.ReadWrite.All"})
"""The roles that may discover a directory (graph-facts 3, call 19)."""
UPLOAD_OWNED = "SynchronizationData-User.Upload.OwnedBy"
UPLOAD = frozenset({UPLOAD_OWNED, "SynchronizationData-User.Upload"})
"""The roles that may upload users (graph-facts 3, call 27)."""
PATCH_JOBS = frozenset({WRITES_ALL})
"""The roles that may PATCH a job; owning its service principal is not enough (graph-facts 3, call 4)."""


def check_directory_roles(call: Call, needed: frozenset[str] = READ_DIRECTORY) -> None:
    """Check that the caller has one of the roles that may read the directory, or this part of it.

    Raises:
        GraphRefusalError: It has none of them.
    """
    if not call.roles & needed:
        raise call.refuse(403, "Authorization_RequestDenied", NO_PRIVILEGES)


def find_principal(call: Call, needed: frozenset[str]) -> ServicePrincipal:
    """Find the service principal of a synchronization path for a caller that has one of the roles.

    Raises:
        GraphRefusalError: The caller has none of the roles, or the service principal does not exist.
    """
    held = call.roles & needed
    if not held:
        raise refuse_permission(call)
    principal = _find_owner(call)
    if principal is None:
        raise refuse_unknown_principal(call, call.target.service_principal or call.target.application)
    if held <= {OWNED, UPLOAD_OWNED} and principal.owners is not None and call.client not in principal.owners:
        raise refuse_permission(call)
    return principal


def _find_owner(call: Call) -> ServicePrincipal | None:
    if call.target.application:
        return call.world.find_by_application(call.tenant, call.target.application)
    return call.world.find_service_principal(call.tenant, call.target.service_principal)


def write_context(call: Call, principal_id: str, rest: str) -> str:
    """Write `@odata.context` for what is below a service principal's or an application's synchronization."""
    application = call.target.application
    owner = f"applications('{application}')" if application else f"servicePrincipals('{principal_id}')"
    return f"{call.metadata_url}#{owner}/synchronization{rest}"


def refuse_permission(call: Call) -> GraphRefusalError:
    """Create the refusal of a caller without the role, in the form of the switch `missing_permission` (6.2)."""
    if call.world.switches.missing_permission == "empty401":
        return call.refuse(401, "UnknownError", "")
    return call.refuse(403, "Authorization_RequestDenied", NO_PRIVILEGES)


def refuse_unknown_principal(call: Call, name: str) -> GraphRefusalError:
    """Create the refusal of a call for a service principal that does not exist."""
    is_sync = call.target.operation not in {"getServicePrincipal", "listServicePrincipals"}
    if is_sync and call.world.switches.unknown_service_principal == "401":
        return call.refuse(401, "UnknownError", "")
    return refuse_unknown_resource(call, name)


def refuse_unknown_resource(call: Call, name: str) -> GraphRefusalError:
    """Create the directory's refusal of an object that does not exist."""
    message = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    return call.refuse(404, "Request_ResourceNotFound", message)


def find_job(call: Call, principal: ServicePrincipal, look: Look) -> JobRecord:
    """Find the job of a path, if replication lets this kind of access see it.

    Raises:
        GraphRefusalError: There is no such job, or it is not visible yet.
    """
    record = call.world.find_record(principal.id, call.target.job, call.now)
    if record is None or not record.is_seen(look, call.now):
        switches = call.world.switches
        raise call.refuse(404, switches.missing_job_code, switches.missing_job_message)
    return record


def find_template_of_path(call: Call, principal: ServicePrincipal) -> Template:
    """Find the template that the path of a call names.

    Raises:
        GraphRefusalError: The service principal does not offer it.
    """
    if template := _find_template(principal, call.target.template):
        return template
    raise call.refuse(404, call.world.switches.missing_job_code, call.world.switches.missing_job_message)


def find_template_of_body(call: Call, principal: ServicePrincipal, template_id: object) -> Template:
    """Find the template that the body of a call names.

    Raises:
        GraphRefusalError: None is named, or it offers no such template. The answers are not documented, so switches
            define the second.
    """
    if template_id is None:
        raise call.refuse(400, "BadRequest", "The property 'templateId' is required.")
    if template := _find_template(principal, template_id):
        return template
    switches = call.world.switches
    message = f"The template '{template_id}' is not offered for this service principal."
    raise call.refuse(switches.wrong_template_status, switches.wrong_template_code, message, nested=True)


def _find_template(principal: ServicePrincipal, template_id: object) -> Template | None:
    return next((template for template in principal.templates if template.id == template_id), None)
