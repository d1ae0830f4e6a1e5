"""Checks the metadata of an object: its name, and that labels and annotations are texts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_entrasync.validation.fault import Fault, Place, invalid, plain

_LONGEST_NAME = 253
_NAME = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAME_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    f"end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_NAME}')"
)

_MEMBERS = frozenset(
    {
        *("name", "generateName", "namespace", "labels", "annotations", "finalizers", "ownerReferences"),
        *("uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "managedFields"),
        *("deletionTimestamp", "deletionGracePeriodSeconds"),
    }
)

METADATA = Place().member("metadata")


def check_metadata(metadata: Any) -> Iterator[Fault]:
    """Find what is wrong with the metadata of an object."""
    if not isinstance(metadata, Mapping):
        yield _name_is_missing()
        return
    for member in metadata.keys() - _MEMBERS:
        place = METADATA.member(member)
        yield Fault(place, f'strict decoding error: unknown field "{place.text}"', f'unknown field "{place.text}"')
    yield from _check_name(metadata)
    for member in ("labels", "annotations"):
        for name, value in _entries_of(metadata.get(member)):
            if not isinstance(value, str):
                yield invalid(METADATA.member(member).member(name), value, "It must be a text. Put it in quotes.")


def _check_name(metadata: Mapping[str, Any]) -> Iterator[Fault]:
    name, place = metadata.get("name"), METADATA.member("name")
    if not name:
        if not metadata.get("generateName"):
            yield _name_is_missing()
    elif not isinstance(name, str):
        yield invalid(place, name, "It must be a text. Put it in quotes.")
    elif len(name) > _LONGEST_NAME:
        yield invalid(place, name, f"must be no more than {_LONGEST_NAME} bytes")
    elif not re.fullmatch(_NAME, name, re.ASCII):
        yield invalid(place, name, _NAME_WORDS)


def _name_is_missing() -> Fault:
    return plain(METADATA.member("name"), "Required value: name or generateName is required")


def _entries_of(found: Any) -> list[tuple[str, Any]]:
    return list(found.items()) if isinstance(found, Mapping) else []
