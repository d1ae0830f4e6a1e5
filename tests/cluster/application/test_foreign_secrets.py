"""A Graph that replaces where it is expected to merge: what somebody else stored vanishes, and all writing stops."""

from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, condition


def lose(place: OperatorEnvironment) -> tuple[ScimApp, str]:
    """Have a save take a secret of somebody else away; returns its app and the resource that says so."""
    place.world.switch(secrets_put_replaces=True)
    app = ScimApp.register(place)
    place.world.set_secrets(app.principal, {"UserName": "somebody@example.com"})
    return app, app.apply(name="carrier")


class TestALostForeignSecret:
    def test_stops_all_writing_in_the_tenant_until_a_person_has_looked(self, own_place: OperatorEnvironment) -> None:
        place = own_place
        app, carrier = lose(place)
        message = place.wait_stalled(carrier, "ForeignSecretLost")
        assert "UserName vanished, which somebody else had put there" in message
        assert "can't restore it" in message
        assert 'entrasync.io/foreign-secret-acknowledged: "true"' in message
        assert "somebody@example.com" not in str(place.job(carrier)["status"])
        assert condition(place.job(carrier), "ForeignSecretLost")["status"] == "True"
        assert place.world.jobs(app.principal)[0].starts == 0

        other = ScimApp.register(place)
        name = other.apply()
        told = place.wait_stalled(name, "ForeignSecretLost")
        assert f"SynchronizationJob {place.namespace}/{carrier} says ForeignSecretLost" in told
        assert other.saves == []

        assert place.operator is not None
        assert place.operator.stop() == 0
        place.start_operator()
        place.wait_polls(app.principal, other.principal)
        assert other.saves == []

        place.world.switch(secrets_put_replaces=False)
        place.annotate(carrier, foreign_secret_acknowledged="true")
        found = place.wait_ready(carrier)
        assert not condition(found, "ForeignSecretLost")
        place.wait_ready(name)
        assert other.stored == {"BaseAddress": URL, "SecretToken": other.token}

    def test_is_no_matter_where_there_are_only_our_own(self, own_place: OperatorEnvironment) -> None:
        own_place.world.switch(secrets_put_replaces=True)
        app = ScimApp.register(own_place)
        name = app.apply()
        own_place.wait_ready(name)
        app.rotate()
        own_place.wait(
            name, lambda _: app.stored == {"BaseAddress": URL, "SecretToken": app.token}, "all of ours are there again"
        )
        assert not condition(own_place.wait_ready(name), "ForeignSecretLost")

    def test_that_vanishes_at_a_deletion_keeps_the_resource(self, own_place: OperatorEnvironment) -> None:
        app = ScimApp.register(own_place)
        own_place.world.set_secrets(app.principal, {"UserName": "somebody"})
        name = app.apply(credentials={"onDelete": "Remove"})
        own_place.wait_ready(name)
        own_place.world.switch(secrets_put_replaces=True)
        own_place.delete_job(name)
        found = own_place.wait_condition(name, "Stalled", reason="DeletionBlocked")
        assert "UserName vanished" in condition(found, "Stalled")["message"]
        own_place.annotate(name, foreign_secret_acknowledged="true")
        own_place.wait_gone(name)
