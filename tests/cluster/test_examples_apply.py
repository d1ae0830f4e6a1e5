from pathlib import Path

import pytest

from control_plane import ControlPlane

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def test_there_are_examples() -> None:
    assert {"minimal.yaml", "paused.yaml", "retain.yaml"} <= {path.name for path in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_is_accepted(
    control_plane: ControlPlane, crd_installed: None, namespace: str, example: Path
) -> None:
    """Strictly: an example with a field that the CRD does not know is wrong."""
    control_plane.kubectl("apply", f"--namespace={namespace}", "--validate=strict", f"--filename={example}")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_says_when_one_wants_it(example: Path) -> None:
    text = example.read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert "One wants it" in text
