"""Backups of the job's schema: what is kept before a change, and what is not written without one."""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.config_map import NewConfigMap
from entrasync.core.schema import backup as backup_rules
from entrasync.core.schema.backup import name_backup, pack_schema
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from entrasync.reconcile.schema import backups as schema_backups
from tests.support.facts import JOB, PRINCIPAL, desired, holder, minutes
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schema_holders import LOST, MAIL, held, source_of
from tests.support.schemas import graph_schema, schema_wish


def backups_of(harness: ReconcilerHarness, key: ObjectKey) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = harness.status(key)["schema"]["backups"]
    return found


def made(harness: ReconcilerHarness, key: ObjectKey) -> list[NewConfigMap]:
    """Return the ConfigMaps that the status names, the newest first; there are no others."""
    found = [harness.config_maps.made[ObjectKey(key.namespace, entry["name"])] for entry in backups_of(harness, key)]
    assert len(found) == len(harness.config_maps.made)
    return found


def unpack(config_map: NewConfigMap) -> dict[str, Any]:
    unpacked: dict[str, Any] = json.loads(gzip.decompress(config_map.data["schema.json.gz"]))
    return unpacked


async def change(harness: ReconcilerHarness, key: ObjectKey, text: str) -> None:
    harness.edit(key, desired=desired(schema=schema_wish({"target": "userName", "constant": text})))
    await harness.run(key)


class TestBackup:
    async def test_has_the_schema_from_before_a_change_and_says_whose_it_is(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        [found] = made(harness, key)
        before = graph_schema()
        del before["@odata.context"]
        assert unpack(found) == before
        assert found.labels == {
            "app.kubernetes.io/managed-by": "entra-sync-operator",
            "entrasync.io/schema-backup": "true",
        }
        assert found.annotations == {
            "entrasync.io/schema-of": key.name,
            "entrasync.io/job-id": JOB,
            "entrasync.io/service-principal-id": PRINCIPAL,
        }

    async def test_is_named_in_the_status_with_its_time_and_the_change_after_it(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL, approval="Required"))
        await harness.run(key)
        approved = harness.status(key)["schema"]["diffHash"]
        assert harness.config_maps.calls == []
        harness.edit(key, desired=desired(schema=schema_wish(MAIL, approval="Required", approvedDiff=approved)))
        await harness.run(key)
        [entry] = backups_of(harness, key)
        assert (entry["time"], entry["diffHash"]) == (f"{harness.clock.now():%Y-%m-%dT%H:%M:%SZ}", approved)

    async def test_is_there_before_the_change_is_sent(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        seen: list[tuple[int, int]] = []
        harness.graph.during["put_schema"] = lambda: seen.append(
            (len(harness.config_maps.made), len(backups_of(harness, key)))
        )
        await harness.run(key)
        assert seen == [(1, 1)]

    async def test_is_made_once_although_the_process_ends_before_the_change_is_sent(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.server.failures.extend([ApiServerUnavailable("the process ends")])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        assert len(harness.config_maps.made) == 1
        harness.restart()
        await harness.run(key)
        assert len(made(harness, key)) == 1
        assert harness.graph.writes == ["put_schema"]

    async def test_is_made_once_although_the_answer_to_the_change_is_lost(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.fail("put_schema", LOST)
        await harness.run(key)
        await harness.run(key)
        assert harness.graph.writes == ["put_schema", "put_schema"]
        assert len(made(harness, key)) == 1

    async def test_is_not_made_where_spec_says_never(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, backup="Never"))
        await harness.run(key)
        assert harness.config_maps.calls == []
        assert harness.graph.writes == ["put_schema"]


class TestKeptBackups:
    async def test_are_the_first_and_the_last_three(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        for text in ("a", "b", "c", "d", "e"):
            await change(harness, key, text)
        sources = [
            entry["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][0]["source"]["name"]
            for entry in map(unpack, made(harness, key))
        ]
        assert sources == ["d", "c", "b", "userPrincipalName"]

    async def test_have_the_first_one_after_days_of_drift(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        [first] = backups_of(harness, key)
        for number in range(5):
            source_of(harness)["name"] = f"drift{number}"
            await harness.run_until(key, minutes(70 * (number + 1)))
        assert harness.graph.writes == ["put_schema"] * 6
        names = [entry["name"] for entry in backups_of(harness, key)]
        assert (len(names), names[-1]) == (4, first["name"])

    async def test_are_the_only_config_maps_that_are_deleted_whatever_a_status_names(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        stored = harness.server.stored[key]
        [first] = stored.record.schema.backups
        foreign = ("somebody-elses", f"{key.name}-schema-ours", f"other-schema-{'0' * 16}")
        backups = (*(replace(first, name=name) for name in foreign), first)
        schema = replace(stored.record.schema, backups=backups)
        harness.server.apply(stored.with_record(replace(stored.record, schema=schema)))
        for text in ("a", "b", "c"):
            await change(harness, key, text)
        assert len(backups_of(harness, key)) == 4
        assert [call for call in harness.config_maps.calls if call[0] == "delete"] == []

    async def test_stay_when_spec_says_nothing_of_the_schema_any_more(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        before = backups_of(harness, key)
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.status(key)["schema"] == {"backups": before}


class TestFailedBackup:
    @pytest.mark.parametrize("verb", ["create", "delete"])
    async def test_that_the_api_server_refuses_holds_the_change_back_and_names_the_rights(
        self, harness: ReconcilerHarness, verb: str
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        if verb == "delete":
            await harness.run(key)
            for text in ("a", "b", "c"):
                await change(harness, key, text)
        sent = len(harness.graph.writes)
        harness.config_maps.refused.add(verb)
        await change(harness, key, "new")
        assert harness.condition(key, "Stalled") == ("True", "SchemaBackupFailed")
        assert harness.message(key, "Stalled") == (
            "The schema is not changed, because it cannot be backed up in a ConfigMap before: the API server says: 403 "
            f"configmaps is forbidden: cannot {verb} resource. Let the operator's ServiceAccount get, create and "
            f"delete configmaps in namespace {key.namespace}, and make room in its quota, or set spec.schema.backup to "
            "Never."
        )
        assert len(harness.graph.writes) == sent
        harness.config_maps.refused.clear()
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_whose_name_somebody_else_has_taken_holds_the_change_back_and_names_the_config_map(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        packed = pack_schema(graph_schema())
        taken = ObjectKey(key.namespace, name_backup(key.name, holder().uid, packed))
        harness.config_maps.put(taken, schema__json__gz=b"another")
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "SchemaBackupFailed")
        assert harness.message(key, "Stalled") == (
            "The schema is not changed, because it cannot be backed up in a ConfigMap before: ConfigMap "
            f"{taken} is there and holds something else. Delete that ConfigMap, if nobody needs it, or set "
            "spec.schema.backup to Never."
        )
        assert harness.graph.writes == []
        del harness.config_maps.stored[taken]
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]

    async def test_that_is_too_large_holds_the_change_back_and_says_how_large_it_is(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schema_backups, "MAX_BACKUP_BYTES", 100)
        assert backup_rules.MAX_BACKUP_BYTES == 1024 * 1024
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        assert "bytes when packed, and a ConfigMap holds 100" in harness.message(key, "Stalled")
        assert harness.graph.writes == []

    async def test_at_an_api_server_that_is_down_is_tried_again(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.config_maps.is_down = True
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        assert harness.graph.writes == []
        harness.config_maps.is_down = False
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
