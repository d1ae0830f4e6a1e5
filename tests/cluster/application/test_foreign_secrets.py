"""A Graph that drops a secret of somebody else although it was sent along: saving stops, there or in the tenant."""

from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, condition


def lose(environment: OperatorEnvironment, name: str = "carrier") -> tuple[ScimApp, str]:
    """Have a save remove a secret of somebody else; return its app and the resource that reports it."""
    environment.simulator.switch(secrets_put_drops="UserName")
    app = ScimApp.register(environment)
    environment.simulator.set_secrets(app.principal, {"UserName": "somebody@example.com"})
    return app, app.apply(name=name)


class TestLostForeignSecret:
    def test_a_lost_foreign_secret_stops_saving_on_its_service_principal_and_a_second_one_in_the_tenant(
        self, own_environment: OperatorEnvironment
    ) -> None:
        environment = own_environment
        app, carrier = lose(environment)
        message = environment.wait_stalled(carrier, "ForeignSecretLost")
        assert "UserName vanished, which somebody else had put there" in message
        assert "can't restore it" in message
        assert 'entrasync.io/foreign-secret-acknowledged: "true"' in message
        assert "somebody@example.com" not in str(environment.job(carrier)["status"])
        assert condition(environment.job(carrier), "ForeignSecretLost")["status"] == "True"
        assert environment.simulator.jobs(app.principal)[0].starts == 0

        unharmed = ScimApp.register(environment)
        environment.wait_ready(unharmed.apply())

        _, second = lose(environment, "second")
        environment.wait_stalled(second, "ForeignSecretLost")
        other = ScimApp.register(environment)
        name = other.apply()
        reported = environment.wait_stalled(name, "ForeignSecretLost")
        assert f"SynchronizationJob {environment.namespace}/{carrier} says ForeignSecretLost" in reported
        assert other.saves == []

        assert environment.operator is not None
        assert environment.operator.stop() == 0
        environment.start_operator()
        environment.wait_polls(app.principal, other.principal)
        assert other.saves == []

        environment.simulator.switch(secrets_put_drops="")
        environment.annotate(carrier, foreign_secret_acknowledged="true")
        found = environment.wait_ready(carrier)
        assert not condition(found, "ForeignSecretLost")
        environment.wait_ready(name)
        assert other.stored == {"BaseAddress": URL, "SecretToken": other.token}

    def test_a_graph_that_replaces_secrets_harms_nothing_where_all_of_them_are_ours(
        self, own_environment: OperatorEnvironment
    ) -> None:
        own_environment.simulator.switch(secrets_put_replaces=True)
        app = ScimApp.register(own_environment)
        name = app.apply()
        own_environment.wait_ready(name)
        app.rotate()
        own_environment.wait(
            name, lambda _: app.stored == {"BaseAddress": URL, "SecretToken": app.token}, "all of ours are there again"
        )
        assert not condition(own_environment.wait_ready(name), "ForeignSecretLost")

    def test_a_foreign_secret_lost_at_a_deletion_keeps_the_resource(self, own_environment: OperatorEnvironment) -> None:
        app = ScimApp.register(own_environment)
        own_environment.simulator.set_secrets(app.principal, {"UserName": "somebody"})
        name = app.apply(credentials={"onDelete": "Remove"})
        own_environment.wait_ready(name)
        own_environment.simulator.switch(secrets_put_drops="UserName")
        own_environment.delete_job(name)
        found = own_environment.wait_condition(name, "Stalled", reason="DeletionBlocked")
        assert "UserName vanished" in condition(found, "Stalled")["message"]
        own_environment.annotate(name, foreign_secret_acknowledged="true")
        own_environment.wait_gone(name)
