"""The install's own way into Graph, as its settings say."""

from entrasync.core.clock import Clock
from entrasync.graph.client import GraphClient
from entrasync.graph.credentials import AppCredential, ClientSecret, SecretFile, SecretSource, SecretValue
from entrasync.graph.limiter import TenantLimiter
from entrasync.graph.observer import Observer
from entrasync.graph.tokens import TokenSource
from entrasync.process.settings import PREFIX, RunSettings


def make_own_client(settings: RunSettings, clock: Clock, observer: Observer) -> GraphClient:
    """Make the Graph client of the install's own connection."""
    credential = AppCredential(settings.tenant_id, settings.client_id, ClientSecret(secret_source(settings)))
    limiter = TenantLimiter(clock, concurrency=settings.concurrency)
    return GraphClient(TokenSource(settings.endpoint(), credential), limiter, observer=observer)


def secret_source(settings: RunSettings) -> SecretSource:
    """Find out where the client secret comes from."""
    if settings.client_secret_file is not None:
        return SecretFile(settings.client_secret_file)
    value = settings.client_secret.get_secret_value() if settings.client_secret else ""
    return SecretValue(value, f"the setting {PREFIX}CLIENT_SECRET or --client-secret")
