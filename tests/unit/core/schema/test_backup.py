"""Backups of a schema: what one consists of, what it is called, and which are kept."""

import gzip
import json

from entrasync.core.record.schema_record import Backup
from entrasync.core.schema.backup import is_backup_name, keep_backups, name_backup, pack_schema
from tests.support.facts import NOW
from tests.support.schemas import graph_schema


def backup(name: str) -> Backup:
    return Backup(name, NOW, "sha256:x")


def names(backups: tuple[Backup, ...]) -> str:
    return "".join(entry.name for entry in backups)


class TestPackedSchema:
    def test_has_all_of_it_as_it_came_but_the_annotations_of_odata(self) -> None:
        schema = graph_schema()
        unpacked = json.loads(gzip.decompress(pack_schema(schema)))
        del schema["@odata.context"]
        assert list(unpacked.items()) == list(schema.items())

    def test_has_the_same_bytes_each_time(self) -> None:
        assert pack_schema(graph_schema()) == pack_schema(graph_schema())

    def test_has_texts_that_are_no_valid_unicode(self) -> None:
        assert pack_schema({"name": "\ud800"})


class TestNameOfABackup:
    def test_is_the_same_for_the_same_schema_of_the_same_resource_only(self) -> None:
        packed = pack_schema(graph_schema())
        name = name_backup("salesforce", "uid", packed)
        assert name.startswith("salesforce-schema-")
        assert name == name_backup("salesforce", "uid", packed)
        assert name != name_backup("salesforce", "another", packed)
        assert name != name_backup("salesforce", "uid", pack_schema({}))

    def test_is_short_enough_for_kubernetes_and_has_no_odd_end(self) -> None:
        name = name_backup("a" * 199 + "." + "b" * 53, "uid", b"")
        assert name.startswith("a" * 199 + "-schema-")
        assert len(name) <= 253

    def test_is_told_from_those_of_others(self) -> None:
        name = name_backup("salesforce", "uid", b"")
        assert is_backup_name(name, "salesforce")
        assert not is_backup_name(name, "sales")
        assert not is_backup_name(f"{name}0", "salesforce")
        assert not is_backup_name("salesforce-schema-of-our-team-1", "salesforce")
        assert not is_backup_name("0f3c5a7e9b1d2468", "salesforce")


class TestKeptBackups:
    def test_are_the_first_and_the_last_three(self) -> None:
        kept, dropped = keep_backups([backup(name) for name in "dcba"], backup("e"), named=None)
        assert (names(kept), names(dropped)) == ("edca", "b")

    def test_have_one_that_was_there_already_once(self) -> None:
        kept, dropped = keep_backups([backup("c"), backup("b"), backup("a")], backup("b"), named=None)
        assert (names(kept), names(dropped)) == ("bca", "")

    def test_have_the_one_that_spec_names_besides(self) -> None:
        kept, dropped = keep_backups([backup(name) for name in "edcba"], backup("f"), named="b")
        assert (names(kept), names(dropped)) == ("fedba", "c")
