"""What kstatus says of our objects, which is what Flux, Helm 4 and Config Sync go by."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from entrasync.api.policies import ScheduleState
from entrasync.core.resource.job_resource import Resource
from tests.support.gitops.engines import Engines
from tests.support.gitops.phase import CURRENT, FAILED, IN_PROGRESS, KINDS, TERMINATING, Phase, shown
from tests.support.reconciler_harness import ReconcilerHarness


def verdicts(found: Sequence[Phase], said: Sequence[str]) -> dict[str, str]:
    return {str(phase): word for phase, word in zip(found, said, strict=True)}


class TestKstatus:
    def test_says_in_each_phase_what_a_person_would(self, engines: Engines, phases: list[Phase]) -> None:
        said = engines.kstatus([phase.object for phase in phases])
        assert verdicts(phases, said) == verdicts(phases, [phase.verdict for phase in phases])

    def test_never_counts_an_edit_as_done_that_the_operator_has_not_seen(
        self, engines: Engines, phases: list[Phase]
    ) -> None:
        living = [phase for phase in phases if phase.verdict != TERMINATING]
        edited = [{**phase.object, "metadata": phase.object["metadata"] | {"generation": 99}} for phase in living]
        assert set(engines.kstatus(edited)) == {IN_PROGRESS}

    async def test_counts_no_write_before_the_last_as_the_end_of_a_creation_or_of_an_edit(
        self, engines: Engines
    ) -> None:
        harness, seen = ReconcilerHarness(), list[dict[str, Any]]()
        change = harness.server.change

        def record(resource: Resource) -> None:
            change(resource)
            seen.append(shown(harness.server.stored[resource.key]))

        harness.server.change = record  # type: ignore[method-assign]  # every version that is stored
        key = harness.apply_new()
        await harness.run(key)
        created = len(seen)
        known = harness.server.stored[key].desired
        assert known is not None
        harness.edit(key, desired=replace(known, schedule_state=ScheduleState.PAUSED))
        await harness.run(key)
        *creating, end_of_creation = engines.kstatus(seen[:created])
        *editing, end_of_edit = engines.kstatus(seen[created:])
        assert set(creating) == set(editing) == {IN_PROGRESS}
        assert end_of_creation == end_of_edit == CURRENT

    def test_is_asked_about_each_of_its_words_for_each_kind(self, phases: list[Phase]) -> None:
        words = {(phase.kind, phase.verdict) for phase in phases}
        assert words == {(kind, word) for kind in KINDS for word in (IN_PROGRESS, CURRENT, FAILED, TERMINATING)}


class TestConditions:
    def test_are_reconciling_or_stalled_and_never_both(self, phases: list[Phase]) -> None:
        for phase in phases:
            true = {each["type"] for each in phase.object["status"].get("conditions", ()) if each["status"] == "True"}
            assert not true >= {"Reconciling", "Stalled"}, phase
            assert not ("Ready" in true and true & {"Reconciling", "Stalled"}), phase
