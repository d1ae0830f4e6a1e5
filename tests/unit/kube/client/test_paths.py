"""Names of objects in paths of the API server."""

from hypothesis import given
from hypothesis import strategies as st

from entrasync.kube.client.paths import encode_segment


class TestEncodeSegment:
    @given(st.text(st.characters(codec="utf-8"), max_size=50))
    def test_any_name_is_one_segment_without_a_query(self, name: str) -> None:
        assert not {"/", "?", "#", "\\", " "} & set(encode_segment(name))

    def test_a_name_of_kubernetes_stays_as_it_is(self) -> None:
        assert encode_segment("contoso-2.example") == "contoso-2.example"
