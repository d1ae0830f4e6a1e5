"""Reads from the environment which tenant the contract is compared with, and what may be done there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "CONTRACT_"
EXTRAS = ("second-job", "secrets")
"""What is done only when it is asked for: it goes beyond the one job."""

NEEDED = {
    "TENANT_ID": "the tenant's id, a GUID",
    "CLIENT_ID": "the client id of an app registration with Synchronization.ReadWrite.All",
    "CLIENT_SECRET": "its client secret; or CONTRACT_CLIENT_SECRET_FILE, a file that has it",
    "SERVICE_PRINCIPAL_ID": "the object id of an enterprise application for tests, without jobs and saved credentials",
}
OPTIONAL = {
    "TEMPLATE_ID": "the template of the job; needed if the application offers several",
    "API_VERSION": "v1.0, the default, or beta",
    "GRAPH_URL": "the root of another cloud's Graph; https://graph.microsoft.com by default",
    "AUTHORITY": "the login of another cloud; https://login.microsoftonline.com by default",
    "CA_FILE": "a file with the certificates to trust, in place of the machine's",
    "ALSO": f"what goes beyond the one job, with commas: {', '.join(EXTRAS)}",
    "CONFIRMED": "yes, where nobody can be asked at a terminal",
}


class UnusableSettingsError(Exception):
    """What is given is not enough, or is wrong. The message says which variables, and never a value."""


@dataclass(frozen=True)
class Settings:
    """The tenant, the app that logs in, and the service principal that gets a job for a while."""

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    service_principal_id: str
    template_id: str = ""
    api_version: str = "v1.0"
    graph_url: str = "https://graph.microsoft.com"
    authority: str = "https://login.microsoftonline.com"
    ca_file: Path | None = None
    extras: frozenset[str] = frozenset()
    is_confirmed: bool = False


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from variables.

    Raises:
        UnusableSettingsError: A needed one is missing, or one has a value that it may not have.
    """
    given = {name: environment.get(PREFIX + name, "").strip() for name in (*NEEDED, *OPTIONAL)}
    given["CLIENT_SECRET"] = given["CLIENT_SECRET"] or _read_file(environment)
    if missing := [name for name in NEEDED if not given[name]]:
        raise UnusableSettingsError(describe_settings(missing))
    _check(given)
    return Settings(
        tenant_id=given["TENANT_ID"],
        client_id=given["CLIENT_ID"],
        client_secret=given["CLIENT_SECRET"],
        service_principal_id=given["SERVICE_PRINCIPAL_ID"],
        template_id=given["TEMPLATE_ID"],
        api_version=given["API_VERSION"] or Settings.api_version,
        graph_url=given["GRAPH_URL"].rstrip("/") or Settings.graph_url,
        authority=given["AUTHORITY"].rstrip("/") or Settings.authority,
        ca_file=Path(given["CA_FILE"]) if given["CA_FILE"] else None,
        extras=_split(given["ALSO"]),
        is_confirmed=given["CONFIRMED"] == "yes",
    )


def _read_file(environment: Mapping[str, str]) -> str:
    name = f"{PREFIX}CLIENT_SECRET_FILE"
    path = environment.get(name, "")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise UnusableSettingsError(f"The file of {name} cannot be read.") from error


def _split(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def _check(given: Mapping[str, str]) -> None:
    if given["API_VERSION"] not in {"", "v1.0", "beta"}:
        raise UnusableSettingsError(f"{PREFIX}API_VERSION is neither v1.0 nor beta.")
    if not _split(given["ALSO"]) <= set(EXTRAS):
        raise UnusableSettingsError(f"{PREFIX}ALSO may have: {', '.join(EXTRAS)}.")
    for name in ("GRAPH_URL", "AUTHORITY"):
        if given[name] and not given[name].startswith("https://"):
            raise UnusableSettingsError(f"{PREFIX}{name} does not begin with https://.")
    if given["CA_FILE"] and not Path(given["CA_FILE"]).is_file():
        raise UnusableSettingsError(f"{PREFIX}CA_FILE is not a file.")


def describe_settings(missing: list[str]) -> str:
    """Say which variables are missing, and what all of them are."""
    names = ", ".join(PREFIX + name for name in missing)
    lines = [f"  {PREFIX + name:<30} {text}" for name, text in (NEEDED | OPTIONAL).items()]
    parts = [f"This compares a real tenant with the simulator. It needs variables that are not set: {names}.", ""]
    return "\n".join([*parts, *lines[: len(NEEDED)], "", "These may be set too:", *lines[len(NEEDED) :]])
