"""Writes docs/permissions.md, what to grant in Microsoft Graph and in Kubernetes, from what the operator uses."""

from collections.abc import Iterator, Mapping, Sequence

from entrasync.api.generate.reference import HEADER, write_table
from entrasync.graph.calls import operations
from entrasync.graph.calls.operations import OWNED_BY, Operation
from entrasync.graph.permissions import FEATURES, Feature
from entrasync.kube.rbac import CONNECTIONS, GRANTED_BY_OWNERS, JOBS, LEADER_ELECTION, REQUESTS, RIGHTS, Right

CALLS = tuple(value for value in vars(operations).values() if isinstance(value, Operation))

_READ = ("get", "list", "watch")
_WRITE = (*_READ, "create", "update", "patch", "delete", "deletecollection")

FOR_PEOPLE: Mapping[str, Sequence[Right]] = {
    "view": [
        Right(_READ, JOBS, "Jobs with their status. What it quotes of Graph may name a person."),
        Right(_READ, CONNECTIONS, "Which tenants there are, and whether their logins work. Secrets are elsewhere."),
    ],
    "edit": [
        Right(_READ, CONNECTIONS, "The same."),
        Right(_WRITE, JOBS, "All of it: restarts and approvals of deletions are fields and annotations of a job."),
        Right(_WRITE, REQUESTS, "People provisioned at once."),
    ],
    "admin": [
        Right(_WRITE, JOBS, "The same."),
        Right(_WRITE, REQUESTS, "The same."),
        Right(_WRITE, CONNECTIONS, "In which tenant, and with whose credentials, a namespace acts."),
    ],
}
"""What the chart's roles for people grant, by the end of the role's name."""

PAGE = """# Permissions and rights

## In Microsoft Graph

The app that a connection logs in as needs *Application* permissions, with admin consent.
`Synchronization.ReadWrite.All` and `Application.Read.All` together are enough for all features. The table shows which
features need less.
`status.missingPermissions` of a GraphConnection lists what its token lacks.

{features}
`{owned_by}` counts only for enterprise applications that the operator's app owns. Graph is known to
refuse it even then, with 401 and an empty message. In that case grant `Synchronization.ReadWrite.All`.

### By call

{calls}
## In Kubernetes

The chart's role has exactly these rights, in every namespace or in the listed ones (`watch.namespaces`).

{rights}
In its own namespace the release has one more role:

{leader_election}
The owner of a namespace grants one more right, in that namespace and for a named ServiceAccount
([examples/workload-identity.yaml](../examples/workload-identity.yaml)):

{owners}
### For people

The chart also makes three ClusterRoles for people (`rbac.rolesForPeople`), which a RoleBinding may grant in any
namespace. A release for some namespaces makes them only if it installs the CRDs.

{people}
`view` is added to Kubernetes' own role `view`, and so to `edit` and `admin` (`rbac.aggregateToView`).
ProvisioningRequests are not in it: they say who is provisioned, and hold what Graph reports of these people.

A job names nobody by itself. But the operator mirrors what Graph says of a quarantine and of a failed run, in Graph's
own words, and such a message may name a user. Personal data then stand in `status.synchronizationStatus`, in the
messages of `Ready` and `Quarantined`, in Events and in the operator's log. Who has `...-view` in a namespace reads the
status and the conditions, by `kubectl get syncjobs -o yaml` and by `kubectl entrasync status`, `describe` and
`report`; with Kubernetes' own `view` the Events too. Where not everybody who views a namespace may read that, set
`rbac.aggregateToView: false`, and bind `...-view` to those who may. Metrics have Graph's reasons, and none of its
messages.

The other two are added to Kubernetes' own roles only if that gives nobody the tenant of the install by surprise. While
every namespace may use the install's own connection (`connection.namespaces: ["*"]`), each editor of any namespace
could act in its tenant with the rights of the operator's app, so they are not added. They are added where
`connection.namespaces` lists the namespaces, or where `connection.identity` is `None`. `rbac.aggregateToEdit` and
`rbac.aggregateToAdmin` overrule this in both directions. To let one team manage its jobs:

```console
$ kubectl create rolebinding entra-jobs --namespace TEAM --clusterrole=entra-sync-operator-edit --group=people
```

### Which Secrets

The operator may get every Secret of the namespaces that it works in, because Kubernetes cannot narrow that right to a
label. It uses only those that carry the label `entrasync.io/watch: "true"`, for jobs and for GraphConnections alike.
So the right to create SynchronizationJobs or GraphConnections gives nobody the values of a Secret: a job sends values
to an address that its author chooses, and only those who may change a Secret can label it. The message of
`SecretUnreadable` has the command:

```console
$ kubectl label secret NAME --namespace NAMESPACE entrasync.io/watch=true
```

`--unlabelled-secrets=Allow` (`secrets.unlabelled: Allow` in the chart) turns this off. Everybody who may create one of
these resources in a namespace can then have any Secret of the namespace sent to an address of his choice.
"""


def render_permissions() -> dict[str, str]:
    """Render the page. Returns its text by its file name."""
    features = write_table(("feature", "least", "also enough"), map(_feature, FEATURES))
    calls = write_table(("the operator asks Graph to", "any one of"), map(_call, CALLS))
    rights = write_table(("verbs", "resource", "what for"), map(_right, RIGHTS))
    owners = write_table(("verbs", "resource", "what for"), [_right(GRANTED_BY_OWNERS)])
    leader_election = write_table(("verbs", "resource", "what for"), [_right(LEADER_ELECTION)])
    people = write_table(("role", "verbs", "resource", "what for"), _people())
    page = PAGE.format(
        people=people,
        leader_election=leader_election,
        owned_by=OWNED_BY,
        features=features,
        calls=calls,
        rights=rights,
        owners=owners,
    )
    return {"permissions.md": HEADER + page}


def _feature(feature: Feature) -> tuple[str, str, str]:
    least, *others = feature.any_of
    return feature.description, f"`{least}`", _code(others)


def _call(call: Operation) -> tuple[str, str]:
    return call.description, _code(call.permissions)


def _people() -> Iterator[tuple[str, ...]]:
    for role, rights in FOR_PEOPLE.items():
        for right in rights:
            yield f"`...-{role}`", *_right(right)


def _right(right: Right) -> tuple[str, str, str]:
    return _code(right.verbs), f"`{right.resource}`", right.purpose


def _code(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
