"""Backups of a schema: what one consists of, what it is called, and which are kept."""

import gzip
import hashlib
from collections.abc import Sequence

from entrasync.core.primitives.json_text import write_large_json
from entrasync.core.record.schema_record import Backup
from entrasync.core.remote.schema import Schema, writable

MAX_BACKUPS = 3
"""How many backups of a resource are kept, besides the first one and one that its spec names."""

MAX_BACKUP_BYTES = 1024 * 1024
"""The most that the data of a ConfigMap may have."""

BACKUP_KEY = "schema.json.gz"
"""The key of a backup's ConfigMap that has the schema."""

_LEVEL = 6
"""Level 9 takes twice as long and saves a few bytes in a hundred: 880 kB take 10 ms, not 20."""

_LONGEST_PREFIX = 200
_DIGITS = 16


def pack_schema(schema: Schema) -> bytes:
    """Write a schema as JSON, all of it as it came but annotations of OData, packed by gzip.

    The same schema gives the same bytes.
    """
    text = write_large_json(writable(schema), ensure_ascii=False)
    return gzip.compress(text.encode("utf-8", "surrogatepass"), _LEVEL, mtime=0)


def name_backup(resource_name: str, uid: str, packed: bytes) -> str:
    """Name the ConfigMap of a backup: the same schema of the same resource has the same name."""
    digest = hashlib.sha256(uid.encode() + b"\0" + packed).hexdigest()[:_DIGITS]
    return f"{_begin_name(resource_name)}{digest}"


def is_backup_name(name: str, resource_name: str) -> bool:
    """Whether a name is that of a backup of a resource, of whatever schema."""
    digest = name.removeprefix(_begin_name(resource_name))
    return digest != name and len(digest) == _DIGITS and set(digest) <= set("0123456789abcdef")


def _begin_name(resource_name: str) -> str:
    return f"{resource_name[:_LONGEST_PREFIX].rstrip('-.')}-schema-"


def keep_backups(
    backups: Sequence[Backup], made: Backup, *, named: str | None
) -> tuple[tuple[Backup, ...], tuple[Backup, ...]]:
    """Return the backups that are kept when one was made, the newest first, and those that are deleted.

    The first one is the schema from before the operator changed anything. Corrections of drift, each of which makes a
    backup, would push it out within hours.

    Args:
        backups: those that there were, the newest first.
        made: the one that was made, which may have been there already.
        named: the ConfigMap that spec names. It is kept, because the resource could not be reconciled without it.
    """
    newest = [made, *(backup for backup in backups if backup.name != made.name)]
    always = {newest[-1].name, named}
    kept = [backup for place, backup in enumerate(newest) if place < MAX_BACKUPS or backup.name in always]
    return tuple(kept), tuple(backup for backup in newest if backup not in kept)
