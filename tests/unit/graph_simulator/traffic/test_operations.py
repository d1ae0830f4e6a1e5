"""Checks which operation a method and a path stand for."""

import pytest

from graph_simulator.traffic.operations import Target, find_target

SP = "11111111-2222-3333-4444-555555555555"
JOBS = f"/v1.0/servicePrincipals/{SP}/synchronization/jobs"
SECRETS = f"/beta/servicePrincipals/{SP}/synchronization/secrets"


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("GET", JOBS, Target("listJobs", version="v1.0", service_principal=SP)),
        ("GET", JOBS + "/", Target("listJobs", version="v1.0", service_principal=SP)),
        ("POST", JOBS, Target("createJob", version="v1.0", service_principal=SP)),
        ("GET", JOBS + "/scim.a.b", Target("getJob", version="v1.0", service_principal=SP, job="scim.a.b")),
        ("DELETE", JOBS + "/scim%2Ea", Target("deleteJob", version="v1.0", service_principal=SP, job="scim.a")),
        ("POST", JOBS + "/j/start", Target("startJob", version="v1.0", service_principal=SP, job="j")),
        ("POST", JOBS + "/j/microsoft.graph.pause", Target("pauseJob", version="v1.0", service_principal=SP, job="j")),
        ("PATCH", JOBS + "/j", Target("updateJob", version="v1.0", service_principal=SP, job="j")),
        ("POST", JOBS + "/j/restart", Target("restartJob", version="v1.0", service_principal=SP, job="j")),
        ("POST", JOBS + "/validateCredentials", Target("validateNewCredentials", version="v1.0", service_principal=SP)),
        (
            "POST",
            JOBS + "/j/microsoft.graph.validateCredentials",
            Target("validateCredentials", version="v1.0", service_principal=SP, job="j"),
        ),
        ("GET", SECRETS, Target("listSecrets", version="beta", service_principal=SP)),
        ("PUT", SECRETS, Target("putSecrets", version="beta", service_principal=SP)),
        (
            "GET",
            f"/beta/servicePrincipals(appId='{SP}')",
            Target("getServicePrincipal", version="beta", app=SP),
        ),
        (
            "GET",
            f"/v1.0/servicePrincipals%28appId%3D%27{SP}%27%29",
            Target("getServicePrincipal", version="v1.0", app=SP),
        ),
        ("POST", "/tenant/oauth2/v2.0/token", Target("token", tenant="tenant")),
        ("GET", "/tenant/v2.0/.well-known/openid-configuration", Target("discovery", tenant="tenant")),
        ("PUT", JOBS, Target("wrongMethod")),
        ("GET", "/v1.0/users", Target("unknown")),
    ],
)
def test_method_and_path_determine_the_operation(method: str, path: str, target: Target) -> None:
    assert find_target(method, path) == target
