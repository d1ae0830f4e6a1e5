"""No value of a secret shows anywhere, whichever way a save takes."""

import json

from tests.cluster.application.scim import ScimApp
from tests.support.leaks import find_leaks
from tests.support.polling import until
from tests.support.workplace import Workplace


def look_everywhere(place: Workplace, *apps: ScimApp) -> list[str]:
    """Search for every token of these apps, also as JSON and URLs would write it."""
    forms = {form for app in apps for form in (app.token, json.dumps(app.token)[1:-1], app.token.replace("~", "%7E"))}
    return [leak for form in forms for leak in find_leaks(place, form)]


def test_a_save_that_goes_well_shows_nothing(app: ScimApp, place: Workplace) -> None:
    place.wait_ready(app.apply())
    app.rotate()
    until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph")
    assert look_everywhere(place, app) == []


def test_a_refusal_that_quotes_the_value_shows_nothing(app: ScimApp, place: Workplace) -> None:
    words = f"The token '{app.token}' was refused"
    place.world.fault(
        "answer",
        operation="validateCredentials",
        service_principal=app.principal,
        status=400,
        code="InvalidCredentials",
        message=words,
    )
    name = app.apply()
    message = place.wait_stalled(name, "ValidationFailed")
    assert "The token" in message
    assert look_everywhere(place, app) == []


def test_a_refused_save_that_quotes_the_value_shows_nothing(app: ScimApp, place: Workplace) -> None:
    place.world.fault(
        "answer",
        operation="putSecrets",
        service_principal=app.principal,
        status=400,
        code=app.token,
        message=json.dumps({"error": {"code": "Bad", "message": f"value {app.token} is bad"}}),
    )
    place.wait_stalled(app.apply(), "RequestRefused")
    assert look_everywhere(place, app) == []


def test_an_answer_that_fails_and_quotes_the_value_shows_nothing(app: ScimApp, place: Workplace) -> None:
    place.world.fault(
        "answer",
        operation="putSecrets",
        service_principal=app.principal,
        status=500,
        code="InternalError",
        message=f"could not store {app.token}",
        times=3,
    )
    place.wait_ready(app.apply())
    assert look_everywhere(place, app) == []


def test_a_value_that_is_no_text_shows_nothing(app: ScimApp, place: Workplace) -> None:
    manifest = place.cluster.get("v1", "secrets", app.secret, place.namespace)
    data = {"token": "gWNhbmFyeX7/"}  # 0x81 canary~ 0xff
    place.cluster.patch("v1", "secrets", manifest["metadata"]["name"], place.namespace, merge={"data": data})
    message = place.wait_stalled(app.apply(), "SecretUnreadable")
    assert "is no UTF-8 text" in message
    assert find_leaks(place, "canary~\\xff") == []
    assert find_leaks(place, "\\x81canary") == []
