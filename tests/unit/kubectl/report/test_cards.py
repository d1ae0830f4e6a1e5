"""What the card of a job has, by its document."""

from typing import Any

import pytest

from kubectl_entrasync.report.cards import read_card


def card_of(spec: dict[str, Any], **status: Any) -> Any:
    return read_card({"metadata": {"namespace": "identity", "name": "crm"}, "spec": spec, "status": status})


class TestWish:
    def test_is_what_spec_says_before_what_is_in_force(self) -> None:
        wish = card_of({"deletionPolicy": "Pause"}, effective={"deletionPolicy": "Retain", "pollInterval": "5m"}).wish
        assert (wish.deletion_policy, wish.poll_interval) == ("Pause", "5m")

    @pytest.mark.parametrize(
        ("spec", "principal", "template"),
        [
            ({"servicePrincipal": {"objectId": "o"}, "template": {"id": "scim"}}, "o", "scim"),
            ({"servicePrincipal": {"appId": "a"}, "template": {"factoryTag": "zendesk"}}, "a", "zendesk"),
        ],
    )
    def test_names_the_app_and_the_template_in_either_way(
        self, spec: dict[str, Any], principal: str, template: str
    ) -> None:
        wish = card_of(spec).wish
        assert (wish.service_principal, wish.template) == (principal, template)


@pytest.mark.parametrize("live", [{}, {"lastExecution": None, "quarantine": None}, {"lastExecution": {}}])
def test_what_graph_does_not_show_is_absent(live: dict[str, Any]) -> None:
    card = card_of({}, synchronizationStatus=live)
    assert (card.last_run, card.quarantine, card.graph.progress) == (None, None, [])


def test_the_data_has_times_as_kubernetes_writes_them_and_counts_by_the_names_of_graph() -> None:
    execution = {"timeEnded": "2026-11-29T03:12:44.5021467Z", "countExported": 7}
    data = card_of({}, synchronizationStatus={"lastExecution": execution}).model_dump(by_alias=True)
    assert data["lastRun"]["ended"] == "2026-11-29T03:12:44Z"
    assert data["lastRun"]["counts"] == {"countExported": 7}
