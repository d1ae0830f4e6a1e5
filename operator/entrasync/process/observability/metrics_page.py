"""Writes docs/metrics.md, the list of metrics, from the rows that the metrics are made of."""

from entrasync.api.generate.reference import HEADER, write_table
from entrasync.process.observability.catalogue import GROUPS, NAMESPACE_LABEL, SCRAPED_LABELS, MetricRow

PAGE = """# Metrics

The operator serves these at `/metrics` in Prometheus' text format, on the port of `--http-port`.
[runbooks.md](runbooks.md) has the alerts that are made of them, with what to do about each.

A metric of which only the leader shows series is absent on the replicas that stand by, so a sum over all pods counts
each resource once. The series of a resource vanish with the resource.

{groups}Beside these there are the metrics of the process, `process_...`, and for each counter and histogram
`..._created`, the time at which the operator began to count.

## Labels

The namespace of a resource is the label `{namespace}`. No metric has a label that Prometheus or its operator writes
when it scrapes: {scraped}.
So a scrape renames no label to `exported_...`, and `honorLabels` is not needed.

No label holds a message, an id of a user or a secret. `tenant_id` of `entrasync_connection_info` is the id of a tenant,
as the spec of the connection has it.

## How many series

The values of all labels come from closed lists, but for the names of resources, namespaces, installs and tenants. So
the number of series grows only with the number of resources: about 15 for a SynchronizationJob, 8 for a GraphConnection
and 4 for a ProvisioningRequest, until it is deleted. Give many requests `ttlSecondsAfterFinished`.

Two labels have Graph's own words, `code` of `entrasync_job_status_code` and `reason` of
`entrasync_job_quarantine_since_timestamp_seconds`. A job has one of each at a time.

## What is not known

When a client secret ends is not always known. Entra's answer to a login does not tell it. Microsoft Graph tells the
ends of all secrets of an app registration, and of each the first three characters. The operator asks for them within a
minute after Entra has accepted a secret that is new to it, and at most once a day after that. The end is known if, of
the secrets that have not ended, exactly one begins as the one in use does. It is not known if

* the token has none of the permissions for it in [permissions.md](permissions.md), such as `Application.Read.All`,
* several secrets begin with the same three characters,
* Graph shows no such characters of the secret in use, as of one that was not made by Microsoft Graph,
* the app registration is in another tenant than the one that the connection leads to, or
* Graph has not answered yet. What it told last stays until then, as long as the secret is the same.

So a missing series does not say that nothing ends. When the secret has ended Entra refuses the login, and
`entrasync_connection_ready` becomes 0. Prefer a federated token, which is renewed by itself, or a certificate, whose
end is always known.
"""


def render_metrics() -> dict[str, str]:
    """Render the page. Returns its text by its file name."""
    groups = "".join(f"## {title}\n\n{_list(rows)}\n" for title, rows in GROUPS)
    scraped = ", ".join(f"`{label}`" for label in sorted(SCRAPED_LABELS))
    return {"metrics.md": HEADER + PAGE.format(groups=groups, namespace=NAMESPACE_LABEL, scraped=scraped)}


def _list(rows: tuple[MetricRow, ...]) -> str:
    return write_table(("metric", "type", "labels", "meaning", "series", "shown by"), map(_describe, rows))


def _describe(row: MetricRow) -> tuple[str, ...]:
    labels = ", ".join(f"`{label}`" for label in row.labels)
    shown_by = "the leader" if row.replicas == "leader" else "each replica"
    return f"`{row.exposed_name}`", row.kind, labels, row.meaning, row.series, shown_by
