"""A client certificate is checked before a login."""

import traceback
from datetime import UTC, datetime, timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.graph.auth.certificates import check_certificate, find_certificate_expiry
from entrasync.graph.auth.credentials import (
    ClientCertificate,
    KeyPair,
    SecretValue,
)
from tests.support.certificates import certificate_pem, elliptic_key, key_pem, make_certificate, make_pair, rsa_key
from tests.support.halts import stalls

CRT = "key tls.crt of Secret team-a/entra"
KEY = "key tls.key of Secret team-a/entra"
PROOF = ClientCertificate(SecretValue("", CRT), SecretValue("", KEY))
GOOD = make_pair()


def check_refused(pair: KeyPair) -> Halted:
    with stalls() as caught:
        check_certificate(PROOF, pair, now=datetime.now(UTC))
    assert caught.value.reason is Reason.CREDENTIAL_REFUSED
    return caught.value


class TestCheckCertificate:
    def test_returns_a_valid_pair_in_msals_form(self) -> None:
        form = check_certificate(PROOF, GOOD, now=datetime.now(UTC))
        assert form == {"private_key": GOOD.private_key, "public_certificate": GOOD.certificate}

    def test_uses_the_first_certificate_of_a_chain(self) -> None:
        chain = GOOD.certificate + certificate_pem(make_certificate(rsa_key(1)))
        check_certificate(PROOF, KeyPair(chain, GOOD.private_key), now=datetime.now(UTC))
        turned = certificate_pem(make_certificate(rsa_key(1))) + GOOD.certificate
        assert "the app's own certificate first" in check_refused(KeyPair(turned, GOOD.private_key)).message

    @pytest.mark.parametrize("pem", ["nonsense", "", "-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----"])
    def test_names_the_place_of_a_malformed_certificate(self, pem: str) -> None:
        message = check_refused(KeyPair(pem, GOOD.private_key)).message
        assert f"The client certificate in {CRT} is no certificate in PEM form" in message
        assert "canary" not in message

    @pytest.mark.parametrize("pem", ["nonsense", "", "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----"])
    def test_names_the_place_of_a_malformed_key(self, pem: str) -> None:
        message = check_refused(KeyPair(GOOD.certificate, pem)).message
        assert f"The private key in {KEY} is no private key in PEM form" in message
        assert "canary" not in message

    def test_refuses_a_key_of_another_certificate(self) -> None:
        message = check_refused(KeyPair(GOOD.certificate, key_pem(rsa_key(1)))).message
        assert f"The private key in {KEY} is not that of the certificate in {CRT}" in message

    def test_refuses_a_key_that_is_not_rsa(self) -> None:
        key = elliptic_key()
        assert "no RSA key" in check_refused(KeyPair(certificate_pem(make_certificate(key)), key_pem(key))).message

    def test_tells_since_when_a_certificate_is_expired(self) -> None:
        certificate = make_certificate(ends=timedelta(hours=-2))
        message = check_refused(KeyPair(certificate_pem(certificate), key_pem())).message
        assert f"The client certificate in {CRT} is expired since" in message
        assert certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ") in message
        assert "upload it to the app registration" in message

    def test_tells_from_when_a_certificate_will_be_valid(self) -> None:
        certificate = make_certificate(begins=timedelta(hours=2))
        message = check_refused(KeyPair(certificate_pem(certificate), key_pem())).message
        assert f"not valid before {certificate.not_valid_before_utc.strftime('%Y-%m-%dT%H:%M:%SZ')}" in message

    def test_tells_what_to_do_about_a_key_with_a_passphrase(self) -> None:
        error = check_refused(KeyPair(GOOD.certificate, key_pem(passphrase="canary")))
        assert error.message == f"The private key in {KEY} is encrypted. Use a key without a passphrase."
        assert "canary" not in "".join(traceback.format_exception(error))


class TestFindCertificateExpiry:
    def test_is_the_end_of_the_apps_own_certificate(self) -> None:
        own, other = make_certificate(), make_certificate(rsa_key(1), ends=timedelta(days=9))
        chain = certificate_pem(own) + certificate_pem(other)
        assert find_certificate_expiry(KeyPair(chain, GOOD.private_key)) == own.not_valid_after_utc

    def test_is_known_of_an_expired_certificate_too(self) -> None:
        expired = make_certificate(ends=timedelta(hours=-2))
        assert find_certificate_expiry(KeyPair(certificate_pem(expired), "")) == expired.not_valid_after_utc

    def test_is_not_known_of_an_unreadable_certificate(self) -> None:
        assert find_certificate_expiry(KeyPair("nonsense", "")) is None
