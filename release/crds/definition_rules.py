"""Finds what a new CustomResourceDefinition takes from those who use a released one: versions, names, subresources."""

from collections.abc import Iterator
from typing import Any

from release.crds.schema_rules import find_schema_breaks

Definition = dict[str, Any]


def find_breaks(old: Definition, new: Definition) -> list[str]:
    """Return a clause for each break between a released CRD and its successor."""
    name = old["spec"]["names"]["kind"]
    found = [*_changed_names(old["spec"], new["spec"])]
    successors = {version["name"]: version for version in new["spec"]["versions"]}
    for version in old["spec"]["versions"]:
        found.extend(_breaks_of_version(version, successors.get(version["name"])))
    return [f"{name}, {clause}" for clause in found]


def _changed_names(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for word in ("group", "scope"):
        if old[word] != new[word]:
            yield f"{word} was {old[word]} and is {new[word]}"
    for word in ("kind", "listKind", "plural", "singular"):
        if old["names"].get(word) != new["names"].get(word):
            yield f"its {word} was {old['names'].get(word)} and is {new['names'].get(word)}"
    for word in ("shortNames", "categories"):
        for gone in sorted(set(old["names"].get(word, [])) - set(new["names"].get(word, []))):
            yield f"{gone} was removed from its {word}"


def _breaks_of_version(old: dict[str, Any], new: dict[str, Any] | None) -> Iterator[str]:
    name = old["name"]
    if new is None:
        yield f"the version {name} was removed, and objects may be stored in it"
        return
    if old["served"] and not new["served"]:
        yield f"the version {name} is served no longer"
    for subresource in old.get("subresources", {}):
        if subresource not in new.get("subresources", {}):
            yield f"{name} has the subresource {subresource} no longer"
    for field in old.get("selectableFields", []):
        if field not in new.get("selectableFields", []):
            yield f"{name} cannot be selected by {field['jsonPath']} any longer"
    yield from find_schema_breaks(old["schema"]["openAPIV3Schema"], new["schema"]["openAPIV3Schema"], name)
