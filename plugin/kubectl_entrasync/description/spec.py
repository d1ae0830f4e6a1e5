"""What the spec wants, with what is in force where it says nothing."""

from typing import Any

from kubectl_entrasync.description.job_facts import Document, JobFacts
from kubectl_entrasync.description.section import Section, build_lines, drop_absent


def describe_spec(facts: JobFacts) -> Section:
    """Say what is wanted of the job. It has no value of a credential and no mail address."""
    data = _write(facts)
    lines = build_lines(
        (
            ("Service principal", _name_principal(facts)),
            ("Template", data.get("template")),
            ("Job id", data.get("jobId")),
            ("Connection", data.get("connection")),
            ("Policies", _name_policies(data)),
            ("Schedule", _name_schedule(facts, data)),
            ("Freshness", f"a success within {age}" if (age := data.get("maxAge")) else None),
            ("Manages", ", ".join(data.get("manages", ())) or None),
            ("Suspended", "yes: the operator neither reads nor writes the job" if data.get("suspend") else None),
        )
    )
    return Section("spec", "What the spec wants", data, lines)


def _write(facts: JobFacts) -> dict[str, Any]:
    spec, effective = facts.spec, facts.record.effective
    principal, schedule = spec.get("servicePrincipal") or {}, spec.get("schedule") or {}
    template = spec.get("template") or {}
    return drop_absent(
        {
            "servicePrincipal": dict(principal),
            "template": template.get("id") or _tag(template),
            "jobId": spec.get("jobId"),
            "connection": _name_connection(spec),
            "managementPolicy": spec.get("managementPolicy") or effective.management_policy,
            "deletionPolicy": spec.get("deletionPolicy") or effective.deletion_policy,
            "adoptionPolicy": spec.get("adoptionPolicy"),
            "onMissing": spec.get("onMissing"),
            "pollInterval": spec.get("pollInterval") or effective.poll_interval,
            "scheduleState": schedule.get("state") or effective.schedule_state,
            "interval": schedule.get("interval"),
            "expiration": schedule.get("expiration"),
            "maxAge": (spec.get("freshness") or {}).get("maxAge"),
            "manages": _list_managed(spec),
            "suspend": spec.get("suspend") or None,
        }
    )


def _tag(template: Document) -> str | None:
    return f"factory tag {tag}" if (tag := template.get("factoryTag")) else None


def _name_principal(facts: JobFacts) -> str | None:
    principal = facts.spec.get("servicePrincipal") or {}
    if object_id := principal.get("objectId"):
        return str(object_id)
    found = facts.record.service_principal_id
    app = f"of app {principal.get('appId')}"
    return f"{found} ({app})" if found else app


def _name_connection(spec: Document) -> str:
    reference = spec.get("connectionRef")
    if not reference:
        return "none named: default of the namespace, else that of the install"
    return f"{reference.get('kind') or 'GraphConnection'} {reference.get('name')}"


def _name_policies(data: Document) -> str | None:
    words = [data.get("managementPolicy"), data.get("adoptionPolicy")]
    words += [f"{name} {value}" for name in ("deletionPolicy", "onMissing") if (value := data.get(name))]
    return ", ".join(filter(None, words)) or None


def _name_schedule(facts: JobFacts, data: Document) -> str:
    unset = "Active if the operator creates the job" if facts.record.origin is None else "neither started nor paused"
    words = [data.get("scheduleState") or unset]
    words += [f"every {data['interval']}"] if "interval" in data else []
    words += [f"until {data['expiration']}"] if "expiration" in data else []
    return ", ".join(words)


def _list_managed(spec: Document) -> list[str]:
    """List the parts of the job that the spec names."""
    application, schema = spec.get("application") or {}, spec.get("schema") or {}
    parts = [f"{name} of the app" for name in application]
    parts += [f"{len(settings)} of its settings"] if (settings := spec.get("settings")) else []
    parts += [f"schema ({', '.join(schema)})"] if schema else []
    named = {"restart": "a restart", "periodicRestart": "periodic restarts", "recovery": "recovery from quarantine"}
    return parts + [words for name, words in named.items() if spec.get(name)]
