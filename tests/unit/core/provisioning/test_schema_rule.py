"""The rule of the job's schema by which an object is provisioned."""

from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.provisioning.schema_rule import MAX_NAMED, SchemaRule, choose_rule


def rule(name: str, *types: str, **members: Any) -> dict[str, Any]:
    mappings = [{"sourceObjectName": each} for each in types]
    return {"id": f"id-of-{name}", "name": name, "objectMappings": mappings, **members}


def schema(*rules: Any) -> dict[str, Any]:
    return {"synchronizationRules": list(rules), "directories": []}


def refuse(found: dict[str, Any], object_type: str, *, wanted: str | None = None) -> tuple[Reason, str]:
    with pytest.raises(Halted) as caught:
        choose_rule(found, object_type, wanted=wanted)
    return caught.value.reason, caught.value.message


USERS, GROUPS = rule("USERS", "User"), rule("GROUPS", "Group")
NOT_ON_DEMAND = [{"key": "supportsProvisionOnDemand", "value": "False"}]


class TestChooseRule:
    def test_finds_the_only_rule_of_the_type(self) -> None:
        assert choose_rule(schema(GROUPS, USERS), "User", wanted=None) == SchemaRule("id-of-USERS", "USERS")

    def test_finds_the_named_rule_among_several(self) -> None:
        others = rule("OTHER_USERS", "User")
        assert choose_rule(schema(USERS, others), "User", wanted="OTHER_USERS").id == "id-of-OTHER_USERS"

    def test_says_which_rules_fit_if_several_do(self) -> None:
        reason, message = refuse(schema(USERS, GROUPS, rule("OTHER_USERS", "User")), "User")
        assert reason is Reason.RULE_AMBIGUOUS
        assert message == (
            "Several rules of the job provision objects of type User: USERS, OTHER_USERS. Create another "
            "ProvisioningRequest that names one of them in spec.rule."
        )

    def test_cannot_tell_rules_of_the_same_name_apart(self) -> None:
        reason, message = refuse(schema(USERS, USERS), "User", wanted="USERS")
        assert reason is Reason.RULE_AMBIGUOUS
        assert "They have the same name" in message

    def test_says_which_rules_there_are_if_none_has_the_name(self) -> None:
        reason, message = refuse(schema(USERS, GROUPS), "User", wanted="users")
        assert reason is Reason.RULE_UNKNOWN
        assert 'no rule "users", which spec.rule names; it has USERS, GROUPS.' in message

    def test_says_which_types_there_are_if_none_is_of_the_type(self) -> None:
        reason, message = refuse(schema(USERS, GROUPS), "user")
        assert reason is Reason.RULE_UNKNOWN
        assert (
            "No rule of the job provisions objects of type user on demand, but it does so for Group, User." in message
        )

    def test_says_which_types_the_named_rule_has(self) -> None:
        _, message = refuse(schema(USERS, GROUPS), "User", wanted="GROUPS")
        assert 'Rule "GROUPS" of the job does not provision objects of type User on demand' in message
        assert "for Group." in message

    def test_leaves_out_a_rule_that_does_not_provision_on_demand(self) -> None:
        silent = rule("SILENT", "User", metadata=NOT_ON_DEMAND)
        assert choose_rule(schema(USERS, silent), "User", wanted=None).name == "USERS"
        assert refuse(schema(silent), "User")[0] is Reason.RULE_UNKNOWN

    @pytest.mark.parametrize("found", [schema(), {}, schema(7, None, {"objectMappings": {}}, {"objectMappings": [1]})])
    def test_finds_none_in_what_is_malformed(self, found: dict[str, Any]) -> None:
        assert refuse(found, "User")[0] is Reason.RULE_UNKNOWN

    def test_lists_a_bounded_number_of_names(self) -> None:
        _, message = refuse(schema(*(rule(f"RULE-{number}", "User") for number in range(100))), "User")
        assert f"and {100 - MAX_NAMED} more" in message
