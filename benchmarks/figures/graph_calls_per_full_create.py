"""Counts the calls to Graph to create a job with credentials, scope, notifications and settings.

Everything else is as in `graph_calls_per_create`. The resource names the template's id and the service principal's
object id, so that nothing has to be looked up.
"""

from typing import Any

from benchmarks.environment import NAMESPACE, start_environment
from benchmarks.errors import NotMeasuredError

SECRET = f"""
apiVersion: v1
kind: Secret
metadata: {{name: scim, namespace: {NAMESPACE}, labels: {{entrasync.io/watch: "true"}}}}
stringData: {{token: a-token}}
"""

FULL: dict[str, Any] = {
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
    """Create one job with everything that a spec can ask for."""
    with start_environment() as environment:
        environment.cluster.apply(SECRET)
        environment.simulator.clear_journal()
        environment.apply(environment.make_manifests(1, **FULL))
        environment.wait_for_late_requests()
        if missing := EXPECTED - {entry.operation for entry in environment.simulator.journal()}:
            raise NotMeasuredError(f"Graph got no call of {', '.join(sorted(missing))}")
        return environment.simulator.calls().graph_total
