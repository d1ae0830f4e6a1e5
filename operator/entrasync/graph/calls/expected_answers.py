"""Tells whether an answer means that an operation is done. A 2xx alone does not: sign-in pages of networks have one."""

from http import HTTPStatus

from entrasync.graph.calls.operations import Operation
from entrasync.graph.wire.payloads import UnreadableError, read_object
from entrasync.graph.wire.responses import Response


def is_done(operation: Operation, response: Response) -> bool:
    """Tell whether Graph itself says that the operation is done."""
    return response.is_success and response.is_from_graph and find_fault(operation, response) is None


def find_fault(operation: Operation, response: Response) -> str | None:
    """Find why a 2xx of Graph does not mean that the operation is done; returns None when it does.

    The words complete "Graph gave an unreadable answer when asked to ...". Nothing of the body is quoted.
    """
    if response.status not in operation.done_by:
        return f"its status is {response.status}"
    if response.status == HTTPStatus.NO_CONTENT:
        return None
    if not response.is_json:
        return "it is not JSON"
    return _find_fault_of_body(response) if operation.is_write else None  # a read finds out when it reads the body


def _find_fault_of_body(response: Response) -> str | None:
    try:
        document = read_object(response.body)
    except UnreadableError as error:
        return str(error)
    return "it holds an error" if document.get("error") else None
