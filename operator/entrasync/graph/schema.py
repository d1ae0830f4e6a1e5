"""The synchronization schema of a job in Graph, and how Graph reads expressions."""

import asyncio
from collections.abc import Mapping
from typing import Any

from entrasync.core.primitives.json_text import write_large_json
from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.remote.schema import DIRECTORIES, RULES, Evaluation, ParsedExpression, Schema
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.exchange import Request
from entrasync.graph.calls.json_caller import JsonCaller, read_large_response, read_response
from entrasync.graph.calls.operations import (
    DELETE_SCHEMA,
    GET_SCHEMA,
    GET_TEMPLATE_SCHEMA,
    PARSE_EXPRESSION,
    PUT_SCHEMA,
    Operation,
)


class SchemaClient(JsonCaller):
    """`SchemaApi` over HTTP."""

    async def get_schema(self, service_principal_id: str, job_id: str) -> Schema:
        """Read the whole schema of a job. Raises `Transient` when it has no list of rules or of directories.

        A write of a schema without one of them would remove what it holds (graph-facts 5.2).
        """
        return await self._read(GET_SCHEMA, self._urls.job(service_principal_id, job_id, "schema"))

    async def get_template_schema(self, service_principal_id: str, template_id: str) -> Schema:
        """Read the schema of a template. Raises `Transient` when it has no list of rules or of directories."""
        url = self._urls.synchronization(service_principal_id, "templates", template_id, "schema")
        return await self._read(GET_TEMPLATE_SCHEMA, url)

    async def _read(self, operation: Operation, url: str) -> Schema:
        schema = await read_large_response(operation, await self._send(operation, "GET", url))
        for member, words in ((RULES, "rules"), (DIRECTORIES, "directories")):
            if not isinstance(schema.get(member), list):
                raise make_unreadable_error(operation, f"it has no list of {words}")
        return schema

    async def delete_schema(self, service_principal_id: str, job_id: str) -> None:
        """Give a job the schema of its template again; may be repeated (graph-facts 3, call 14)."""
        await self._send(DELETE_SCHEMA, "DELETE", self._urls.job(service_principal_id, job_id, "schema"))

    async def put_schema(self, service_principal_id: str, job_id: str, schema: Schema) -> None:
        """Replace the whole schema of a job; may be repeated (graph-facts 5.2)."""
        url = self._urls.job(service_principal_id, job_id, "schema")
        body = await asyncio.to_thread(lambda: write_large_json(schema).encode())
        await self._exchange.send(Request(PUT_SCHEMA, "PUT", url, body))

    async def parse_expression(self, service_principal_id: str, job_id: str, expression: str) -> ParsedExpression:
        """Let Graph read an expression. Raises `Transient` when its answer says neither how nor why not."""
        answer = await self._parse(service_principal_id, job_id, {"expression": expression})
        parsed = answer.get("parsedExpression")
        if answer.get("parsingSucceeded") is True and isinstance(parsed, dict):
            return ParsedExpression(parsed)
        if answer.get("parsingSucceeded") is False:
            return ParsedExpression(None, _read_error(answer))
        raise make_unreadable_error(PARSE_EXPRESSION, "it does not say whether the expression was read")

    async def evaluate_expression(
        self, service_principal_id: str, job_id: str, expression: str, attributes: Mapping[str, str]
    ) -> Evaluation:
        """Let Graph evaluate an expression. Raises `Transient` when its answer says neither a result nor an error."""
        properties = [{"key": name, "value": value} for name, value in attributes.items()]
        document = {"expression": expression, "testInputObject": {"properties": properties}}
        answer = await self._parse(service_principal_id, job_id, document)
        result = answer.get("evaluationResult")
        if answer.get("evaluationSucceeded") is True and isinstance(result, list):
            if not all(isinstance(text, str | None) for text in result):
                raise make_unreadable_error(PARSE_EXPRESSION, "its result is no list of texts")
            return Evaluation(tuple(text or "" for text in result))
        if False in {answer.get("evaluationSucceeded"), answer.get("parsingSucceeded")}:
            return Evaluation(error=_read_error(answer) or "It gave no reason.")
        raise make_unreadable_error(PARSE_EXPRESSION, "it does not say whether the expression was read")

    async def _parse(self, service_principal_id: str, job_id: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
        url = self._urls.job(service_principal_id, job_id, "schema", "parseExpression")
        return read_response(PARSE_EXPRESSION, await self._send(PARSE_EXPRESSION, "POST", url, document=document))


def _read_error(answer: Mapping[str, Any]) -> str | None:
    error = read_object(answer.get("error"))
    return read_text(error.get("message")) or read_text(error.get("code"))
