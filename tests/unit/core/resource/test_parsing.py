"""How the JSON of the API server becomes a resource."""

from entrasync.core.resource.parsing import MAX_REMEMBERED_SPECS, ResourceReader, read_resource
from tests.support.resource_documents import document


class TestResourceReader:
    def test_reads_a_spec_once_and_the_rest_each_time(self) -> None:
        reader = ResourceReader()
        first = reader.read(document())
        later = reader.read(document(version="2") | {"status": {"origin": "Adopted"}})
        assert later.desired is first.desired
        assert (later.resource_version, later.status) == ("2", {"origin": "Adopted"})

    def test_reads_a_changed_spec_and_that_of_another_resource_anew(self) -> None:
        reader = ResourceReader()
        reader.read(document())
        for changed in (document(suspend=True), document(suspend="yes"), document("uid-2", pollInterval="1h")):
            assert reader.read(changed) == read_resource(changed)

    def test_remembers_only_the_specs_that_were_read_last(self) -> None:
        reader = ResourceReader()
        first = reader.read(document())
        for number in range(MAX_REMEMBERED_SPECS):
            reader.read(document(f"other-{number}"))
        again = reader.read(document())
        assert again == first
        assert again.desired is not first.desired
