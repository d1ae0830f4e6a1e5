"""The clouds."""

import pytest

from entrasync.graph.endpoints import CLOUDS, GraphEndpoint


def test_each_cloud_asks_for_tokens_of_its_own_graph() -> None:
    assert set(CLOUDS) == {"Global", "USGovL4", "USGovL5", "China"}
    for endpoint in CLOUDS.values():
        assert endpoint.scope == f"{endpoint.graph_url}/.default"
        assert endpoint.root == f"{endpoint.graph_url}/v1.0"


def test_a_slash_at_the_end_does_not_count() -> None:
    endpoint = GraphEndpoint("https://graph.example/", "https://login.example/")
    assert (endpoint.graph_url, endpoint.authority) == ("https://graph.example", "https://login.example")


def test_tokens_never_travel_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        GraphEndpoint("http://graph.example", "https://login.example")
