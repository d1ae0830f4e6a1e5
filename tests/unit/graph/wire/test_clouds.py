"""The endpoints of each cloud, and the clouds that an install adds."""

from pathlib import Path

import pytest

from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint, add_clouds
from entrasync.graph.wire.transport import build_tls
from tests.support.certificates import certificate_pem, make_certificate


class TestGraphEndpoint:
    def test_asks_for_tokens_of_its_own_graph_in_each_cloud(self) -> None:
        assert set(CLOUDS) == {"Global", "USGovL4", "USGovL5", "China"}
        for endpoint in CLOUDS.values():
            assert endpoint.scope == f"{endpoint.graph_url}/.default"
            assert endpoint.root == f"{endpoint.graph_url}/v1.0"

    def test_ignores_a_slash_at_the_end(self) -> None:
        endpoint = GraphEndpoint("https://graph.example/", "https://login.example/")
        assert (endpoint.graph_url, endpoint.authority) == ("https://graph.example", "https://login.example")

    def test_requires_https(self) -> None:
        with pytest.raises(ValueError, match="https"):
            GraphEndpoint("http://graph.example", "https://login.example")

    @pytest.mark.parametrize("authority", ["https://login.example", "https://Login.example:443/"])
    def test_has_login_hosts_without_the_default_port(self, authority: str) -> None:
        endpoint = GraphEndpoint(
            "https://graph.example", authority, login_hosts=("Other.example:443", "[::1]:443", "third.example:8443")
        )
        assert endpoint.all_login_hosts == {"login.example", "other.example", "[::1]", "third.example:8443"}

    @pytest.mark.parametrize("url", ["https://graph.example/v1.0", "https://graph.example?a=b", "https://a#b"])
    def test_refuses_a_path(self, url: str) -> None:
        with pytest.raises(
            ValueError, match=r"graph_url must be a host without a path, such as https://graph\.example"
        ):
            GraphEndpoint(url, "https://login.example")

    def test_refuses_a_certificate_authority_as_file_and_as_text(self) -> None:
        with pytest.raises(ValueError, match="not as both"):
            GraphEndpoint("https://graph.example", "https://login.example", ca_file=Path("ca.pem"), ca_pem="x")

    def test_trusts_only_a_certificate_authority_given_as_text(self) -> None:
        pem = certificate_pem(make_certificate())
        tls = build_tls(GraphEndpoint("https://graph.example", "https://login.example", ca_pem=pem))
        assert tls.cert_store_stats()["x509"] == 1


class TestAddClouds:
    def test_adds_the_clouds_of_an_install(self) -> None:
        private = GraphEndpoint(
            "https://graph.example", "https://login.example", ca_pem=certificate_pem(make_certificate())
        )
        clouds = add_clouds({"Private-1": private})
        assert set(clouds) == {*CLOUDS, "Private-1"}
        assert clouds["Private-1"].scope == "https://graph.example/.default"

    @pytest.mark.parametrize("name", ["Global", "China"])
    def test_refuses_the_name_of_a_microsoft_cloud(self, name: str) -> None:
        with pytest.raises(ValueError, match="Microsoft's own"):
            add_clouds({name: GraphEndpoint("https://graph.example", "https://login.example")})

    @pytest.mark.parametrize("name", ["", "a b", "1st", "-a", "a" * 64, "a\n"])
    def test_refuses_a_malformed_name(self, name: str) -> None:
        with pytest.raises(ValueError, match="letters, digits and dashes"):
            add_clouds({name: GraphEndpoint("https://graph.example", "https://login.example")})

    @pytest.mark.parametrize("pem", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
    def test_names_the_cloud_whose_certificate_authority_is_malformed(self, pem: str) -> None:
        with pytest.raises(ValueError, match="Cloud Private must have a certificate"):
            add_clouds({"Private": GraphEndpoint("https://graph.example", "https://login.example", ca_pem=pem)})
