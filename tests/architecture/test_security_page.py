"""What SECURITY.md and docs/upgrading.md count on exists: values of the chart, flags, and safe defaults."""

import re
from typing import Any

import pytest
import yaml

from entrasync.process.settings.run import RunSettings
from tests.support.helm import CHART, ROOT

PAGES = ["SECURITY.md", "docs/upgrading.md"]
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
FLAGS_OF_HELM = {"reset-then-reuse-values", "reuse-values"}
OF_VALUES = re.compile(rf"((?:{'|'.join(VALUES)})(?:\.\w+)+)(?:=\w+|: \w+)?")


def spans_of(page: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", (ROOT / page).read_text(encoding="utf-8"))


def has_value(path: str) -> bool:
    found: Any = VALUES
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return False
        found = found[name]
    return True


@pytest.mark.parametrize("page", PAGES)
def test_every_value_of_the_chart_that_a_page_names_exists(page: str) -> None:
    named = {found[1] for span in spans_of(page) if (found := OF_VALUES.fullmatch(span))}
    assert named
    assert [path for path in sorted(named) if not has_value(path)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_flag_that_a_page_names_is_a_setting(page: str) -> None:
    named = {found[1] for span in spans_of(page) if (found := re.match(r"--([a-z-]+)", span))}
    assert named
    assert {name.replace("-", "_") for name in named - FLAGS_OF_HELM} <= set(RunSettings.model_fields)


class TestDefaultsThatThePageCountsOn:
    def test_a_secret_without_the_label_is_refused(self) -> None:
        assert RunSettings.model_fields["unlabelled_secrets"].default == "Refuse"
        assert VALUES["secrets"]["unlabelled"] == "Refuse"

    def test_the_pod_can_change_nothing_of_its_own(self) -> None:
        assert VALUES["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert VALUES["podSecurityContext"]["runAsNonRoot"] is True
        assert VALUES["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}

    def test_the_connection_of_the_install_serves_every_namespace(self) -> None:
        assert VALUES["connection"]["namespaces"] == ["*"]

    def test_the_role_can_neither_write_secrets_nor_give_rights(self) -> None:
        section = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8").partition("## In Kubernetes")[2]
        rows = re.findall(r"^\| (`[^|]+`) \| `([^`]+)` \|", section, re.MULTILINE)
        of_secrets = {
            verb for verbs, resource in rows if resource == "core/secrets" for verb in re.findall(r"\w+", verbs)
        }
        assert of_secrets == {"get", "list", "watch"}
        assert not [resource for _, resource in rows if resource.startswith(("rbac.", "apps/", "core/pods"))]
