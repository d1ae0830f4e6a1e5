"""Calls to Graph to create a job with credentials, scope, notifications and settings.

All else is as in `graph_calls_per_create`. The template's id and the service principal's object id are
given, so that nothing has to be looked up.
"""

from benchmarks.environment import NAMESPACE, NotMeasuredError, open_workshop

SECRET = f"""
apiVersion: v1
kind: Secret
metadata: {{name: scim, namespace: {NAMESPACE}}}
stringData: {{token: a-token}}
"""

FULL = {
    "application": {
        "credentials": {
            "entries": [
                {"key": "BaseAddress", "value": "https://scim.example.com"},
                {"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": "scim", "key": "token"}}},
            ]
        },
        "provisioningScope": "AssignedOnly",
        "notifications": {"recipients": ["iam@example.com"]},
        "accidentalDeletions": {"threshold": 500},
        "outOfScopeDeletions": "Perform",
    },
    "settings": [{"name": "LookaheadQueryEnabled", "value": "True"}],
}
EXPECTED = {"putSecrets", "updateJob", "validateCredentials", "startJob"}


def measure() -> float:
    """Create one job with all that belongs to it."""
    with open_workshop() as workshop:
        workshop.cluster.apply(SECRET)
        workshop.world.clear_journal()
        workshop.apply(workshop.make_manifests(1, **FULL))
        workshop.wait_for_stragglers()
        if missing := EXPECTED - {entry.operation for entry in workshop.world.journal()}:
            raise NotMeasuredError(f"Graph was never asked to {', '.join(sorted(missing))}")
        return workshop.world.calls().graph_total
