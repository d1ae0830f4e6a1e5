"""Maps each operation of Graph to the function that answers it."""

from collections.abc import Callable

from graph_simulator.web import provisioning, provisioning_log, reads, secrets, writes
from graph_simulator.web.answers import Answer
from graph_simulator.web.calls import WRONG_METHOD, Call
from graph_simulator.web.directory import applications, service_principals
from graph_simulator.web.queries import refuse_unsimulated
from graph_simulator.web.schema import expressions, schemas

HANDLERS: dict[str, Callable[[Call], Answer]] = {
    "getServicePrincipal": service_principals.get_service_principal,
    "listServicePrincipals": service_principals.list_service_principals,
    "getApplication": applications.get_application,
    "listTemplates": reads.list_templates,
    "getTemplate": reads.get_template,
    "listJobs": reads.list_jobs,
    "getJob": reads.get_job,
    "createJob": writes.create_job,
    "startJob": writes.start_job,
    "pauseJob": writes.pause_job,
    "restartJob": writes.restart_job,
    "updateJob": writes.update_job,
    "deleteJob": writes.delete_job,
    "listSecrets": secrets.list_secrets,
    "putSecrets": secrets.put_secrets,
    "validateCredentials": secrets.validate_credentials,
    "validateNewCredentials": secrets.validate_new_credentials,
    "acquireAccessToken": secrets.acquire_access_token,
    "getSynchronization": secrets.get_synchronization,
    "ping": reads.ping,
    "count": reads.count,
    "getSchema": schemas.get_schema,
    "putSchema": schemas.put_schema,
    "patchSchema": schemas.patch_schema,
    "deleteSchema": schemas.delete_schema,
    "putTemplateSchema": schemas.put_template_schema,
    "deleteTemplateSchema": schemas.delete_template_schema,
    "listFilterOperators": schemas.list_operators,
    "listFunctions": expressions.list_functions,
    "parseExpression": expressions.parse,
    "listDirectories": schemas.list_directories,
    "countDirectories": schemas.count_directories,
    "getDirectory": schemas.get_directory,
    "discoverDirectory": schemas.discover_directory,
    "provisionOnDemand": provisioning.provision_on_demand,
    "bulkUpload": provisioning.upload,
    "listProvisioningLog": provisioning_log.list_entries,
}


def handle(call: Call) -> Answer:
    """Answer a call to Graph.

    Raises:
        GraphRefusalError: Graph refuses the call, or has no such operation.
    """
    handler = HANDLERS.get(call.target.operation)
    if handler is not None:
        return handler(call)
    if call.target.operation == "unsimulated":
        raise refuse_unsimulated(call, "This operation", call.target.why)
    if call.target.operation == "wrongMethod":
        raise call.refuse(405, "Request_BadRequest", WRONG_METHOD)
    raise call.refuse(400, "BadRequest", f"Resource not found for the segment '{call.path.rsplit('/', 1)[-1]}'.")
