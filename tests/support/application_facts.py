"""Facts about a running job with spec.application, and what the plan does with them."""

from typing import Any

from entrasync.core.application.actions import SaveSecrets
from entrasync.core.decision.verdicts import Do, Verdict
from entrasync.core.facts.application_seen import Refusal
from entrasync.core.facts.facts import Facts
from tests.support.facts import NOW, application, application_seen, desired, facts, holder, minutes, remote_job

URL, TOKEN = {"BaseAddress": "https://scim"}, {"SecretToken": "s3cret"}
SPEC = application("BaseAddress=https://scim", "SecretToken<scim.token")
REFUSAL = Refusal("InvalidCredentials", "The target said no.", NOW + minutes(15))


def application_facts(
    spec: Any = SPEC,
    stored: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    *,
    keys: tuple[str, ...] = (),
    record: dict[str, Any] | None = None,
    job: Any = None,
    wish: dict[str, Any] | None = None,
    annotations: dict[str, str] | None = None,
    status: dict[str, Any] | None = None,
    others: dict[str, Any] | None = None,
    **seen: Any,
) -> Facts:
    """Facts of a running job with this application; `keys` were saved by us."""
    subject = holder(
        wish=desired(application=spec, **(wish or {})),
        status={"application": {"keys": list(keys), **(record or {})}, **(status or {})},
        annotations=annotations,
    )
    known = application_seen(stored, URL | TOKEN if values is None else values, **seen)
    return facts(subject, job or remote_job(), application=known, **(others or {}))


def sent_values(verdict: Verdict | None) -> dict[str, str]:
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, SaveSecrets)
    return dict(verdict.action.values)


def save_of(verdict: Verdict | None) -> SaveSecrets:
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, SaveSecrets)
    return verdict.action
