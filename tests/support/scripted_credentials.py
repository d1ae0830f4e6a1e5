"""One credential of each kind, with a scripted Entra or a scripted machine to log in at."""

from dataclasses import dataclass, field

from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.graph.auth.credentials import (
    AppCredential,
    ClientCertificate,
    ClientSecret,
    Credential,
    FederatedToken,
    ManagedIdentity,
    SecretValue,
)
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint
from tests.support.certificates import make_pair
from tests.support.halts import stalls
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, make_jwt
from tests.support.scripted_login import ScriptedLogin

OTHER_TENANT = "33333333-3333-3333-3333-333333333333"
GLOBAL = CLOUDS["Global"]

ACCOUNT = {
    "iss": "https://issuer.example",
    "sub": "system:serviceaccount:team-a:entra",
    "aud": [GLOBAL.exchange_audience],
}
ACCOUNT_TOKEN = make_jwt(ACCOUNT)
PAIR = make_pair()
CRT, KEY = "key tls.crt of Secret team-a/entra", "key tls.key of Secret team-a/entra"


@dataclass(frozen=True)
class ScriptedSource:
    """A `SecretSource` that gives the next answer at each read, as for the token of a ServiceAccount."""

    where: str
    answers: list[str | EntraSyncError] = field(repr=False)

    async def read(self) -> str:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, EntraSyncError):
            raise answer
        return answer


def app(proof: ClientSecret | ClientCertificate | FederatedToken) -> AppCredential:
    return AppCredential(TENANT, CLIENT, proof)


def certificate(pem: str = PAIR.certificate, key: str = PAIR.private_key) -> AppCredential:
    return app(ClientCertificate(SecretValue(pem, CRT, "client certificate"), SecretValue(key, KEY, "private key")))


def federated(*answers: str | EntraSyncError) -> AppCredential:
    return app(FederatedToken(ScriptedSource("ServiceAccount team-a/entra", list(answers) or [ACCOUNT_TOKEN])))


CREDENTIALS: dict[str, Credential] = {
    "secret": app(ClientSecret(SecretValue(SECRET, "key secret"))),
    "certificate": certificate(),
    "federated": federated(),
    "managed": ManagedIdentity(TENANT, CLIENT),
    "machine": ManagedIdentity(TENANT),
}
APPS = [kind for kind, credential in CREDENTIALS.items() if isinstance(credential, AppCredential)]
MANAGED = [kind for kind in CREDENTIALS if kind not in APPS]


def make_source(login: ScriptedLogin, credential: Credential, endpoint: GraphEndpoint = GLOBAL) -> TokenSource:
    return TokenSource(endpoint, credential, transport=login.transport)


async def log_in_refused(login: ScriptedLogin, credential: Credential) -> Halted:
    with stalls() as caught:
        await make_source(login, credential).get_token()
    return caught.value
