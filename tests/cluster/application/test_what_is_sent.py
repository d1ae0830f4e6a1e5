"""What may be sent to Graph: Secrets that their owners allow, and nothing by which a key of others could be lost."""

from typing import Any

from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until

RARELY: dict[str, Any] = {"schedule": {"state": "Paused"}, "pollInterval": "24h"}
"""A time in which no poll is due: the next one is minutes away."""


class TestOtherKeys:
    def test_new_credentials_wait_while_graph_masks_a_key_of_others(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        portal = {"BaseAddress": URL, "Password": "canary~portal", "SyncAll": "false"}
        environment.simulator.set_secrets(app.principal, portal)
        name = app.apply(application={"accidentalDeletions": {"threshold": 50}})
        message = environment.wait_stalled(name, "OtherKeysAtRisk")
        assert "Graph masks Password of service principal" in message
        environment.wait_polls(app.principal)
        assert app.stored == portal
        assert app.saves == app.tries == []
        environment.change_job(name, application={"credentials": {"otherKeys": "Overwrite"}})
        environment.wait_ready(name)
        assert environment.wait_event(name, "SecretsSaved")
        assert app.stored["SecretToken"] == app.token
        assert not condition(environment.job(name), "ForeignSecretLost")


class TestSecrets:
    def test_a_secret_is_not_used_before_its_owner_has_labelled_it(self, environment: OperatorEnvironment) -> None:
        """Whoever may create SynchronizationJobs could otherwise have any Secret sent to an address of his choice."""
        app = ScimApp.register(environment, is_labelled=False)
        name = app.apply(**RARELY)
        message = environment.wait_stalled(name, "SecretUnreadable")
        command = f"kubectl label secret {app.secret} --namespace {environment.namespace} entrasync.io/watch=true"
        assert command in message
        assert app.tries == app.saves == []
        environment.apply_secret(app.secret, {"token": app.token})
        until(lambda: app.stored.get("SecretToken") == app.token, what="the token is in Graph")
        environment.wait_ready(name)

    def test_a_line_break_at_the_end_of_a_secret_is_not_sent(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        """`kubectl create secret --from-file` keeps the line break of the file."""
        environment.apply_secret(app.secret, {"token": app.token + "\n"})
        environment.wait_ready(app.apply())
        assert app.stored["SecretToken"] == app.tries[-1]["SecretToken"] == app.token
