"""Structured logs: one JSON object per line, or plain lines. They never hold a spec, a secret, a token or a body."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from entrasync.kube.watch.kopf_host import refusal_status
from entrasync.reconcile.engine.worker_pool import CURRENT_RESOURCE

FIELDS = ("resource", "action", "request_id", "status", "seconds", "replica", "why")
"""The fields that our log lines may have beside their message."""

_RETRY = re.compile(r"Request attempt #(\d+) failed; will retry")

_NOISY = ("kopf", "msal", "urllib3", "aiohttp", "httpx", "httpcore", "asyncio")


class ResourceFilter(logging.Filter):
    """Adds the resource in hand to each line of its pass, so that lines of the Graph client name it too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the field; let every record pass."""
        if getattr(record, "resource", None) is None and (resource := CURRENT_RESOURCE.get()):
            record.resource = resource
        return True


class RefusalFilter(logging.Filter):
    """Removes Kopf's traceback of an answer that the API server refused: its forty lines would hide our one."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Remove the traceback; let every record pass."""
        if record.exc_info and refusal_status(record.exc_info[1]) is not None:
            record.exc_info = None
        return True


class RetryFilter(logging.Filter):
    """Lets Kopf log once that it retries a call. It would do so for ever, and our own line says what to do."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Make later retries debug lines."""
        found = _RETRY.match(record.getMessage())
        if found is None or found[1] == "1":
            return True
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        return logging.getLogger().isEnabledFor(logging.DEBUG)


class _TimedFormatter(logging.Formatter):
    """Writes times as RFC 3339 has them, in UTC: lines of several machines can be put in order."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  logging's name
        """Write when a record was made."""
        made = datetime.fromtimestamp(record.created, UTC)
        return made.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _keep_on_line(text: str) -> str:
    """Escape what is not printable: a text of others could else look like a line of the operator."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


class TextFormatter(_TimedFormatter):
    """Writes plain lines with the fields at their end. Only a traceback has lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        """Write the line without its fields."""
        return _keep_on_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Write a record with the fields it carries."""
        fields = " ".join(
            f"{name}={getattr(record, name)}" for name in FIELDS if getattr(record, name, None) is not None
        )
        line = super().format(record)
        return f"{line} {_keep_on_line(fields)}" if fields else line


def make_formatter(form: str) -> logging.Formatter:
    """Make the formatter of a form, `json` or `text`."""
    return _json_formatter() if form == "json" else TextFormatter("%(asctime)s %(levelname)-7s %(message)s")


def set_up_logs(level: str, *, form: str) -> None:
    """Send all logs to standard error. Other libraries log warnings and errors only: at debug they show bodies."""
    handler = logging.StreamHandler()
    handler.addFilter(ResourceFilter())
    handler.addFilter(RefusalFilter())
    handler.addFilter(RetryFilter())
    handler.setFormatter(make_formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _JsonLines(_TimedFormatter, JsonFormatter):
    """Writes one JSON object per line."""


def _json_formatter() -> logging.Formatter:
    rename: dict[str, Any] = {"asctime": "time", "levelname": "level", "name": "logger"}
    return _JsonLines("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=rename)
