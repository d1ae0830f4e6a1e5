"""What Flux says of our objects by the expressions of examples/gitops/flux, which its own evaluator runs."""

import pytest

from entrasync.api.names import API_VERSION
from tests.support.gitops.engines import Engines
from tests.support.gitops.examples import FLUX, read_kind
from tests.support.gitops.phase import CURRENT, IN_PROGRESS, KINDS, TERMINATING, Phase


def health_check_expressions() -> dict[str, dict[str, str]]:
    """Return the expressions for each kind."""
    kustomizations = read_kind("Kustomization", FLUX / "kustomizations.yaml")
    checks = [check for each in kustomizations for check in each["spec"].get("healthCheckExprs", ())]
    assert {check["apiVersion"] for check in checks} == {API_VERSION}
    words = ("inProgress", "failed", "current")
    return {check["kind"]: {word: check[word] for word in words} for check in checks}


def wanted(phase: Phase) -> str:
    """Return what kstatus says, but for a deletion, for which Flux has no word, and a job that is suspended."""
    if phase.verdict == TERMINATING:
        return IN_PROGRESS
    return CURRENT if phase.object["spec"].get("suspend") else phase.verdict


class TestHealthCheckExpressions:
    def test_are_there_for_each_kind(self) -> None:
        assert set(health_check_expressions()) == set(KINDS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_say_in_each_phase_what_kstatus_says(self, engines: Engines, phases: list[Phase], kind: str) -> None:
        ours = [phase for phase in phases if phase.kind == kind]
        said = engines.flux(health_check_expressions()[kind], [phase.object for phase in ours])
        names = [phase.name for phase in ours]
        assert dict(zip(names, said, strict=True)) == {phase.name: wanted(phase) for phase in ours}
