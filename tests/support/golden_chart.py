"""What the chart is expected to render, in tests/data/chart. `make golden` writes it again; read the diff then."""

import re
import tempfile
from pathlib import Path

from control_plane.programs.binaries import obtain
from tests.support.helm import ROOT, Helm, tidy
from tests.support.kustomize_base import write_base

FOLDER = ROOT / "tests" / "data" / "chart"
VALUE_SETS = sorted((FOLDER / "values").glob("*.yaml"))
CLUSTER, NAMESPACES = FOLDER / "values" / "cluster.yaml", FOLDER / "values" / "namespaces.yaml"
RELEASE, NAMESPACE = "entra", "entra-sync"


def expected(value_set: Path) -> Path:
    """Return the file with the manifests of a set of values."""
    return FOLDER / value_set.name


def render_set(helm: Helm, value_set: Path) -> str:
    """Render the chart with a set of values, without what is drawn anew each time."""
    rendered = tidy(helm.render(RELEASE, f"--namespace={NAMESPACE}", "--values", value_set))
    return re.sub(r"^  (ca\.crt|tls\.crt|tls\.key): .+$", r"  \1: ZHJhd24=", rendered, flags=re.MULTILINE)


def write_all(helm: Helm) -> None:
    """Write the expected manifests again."""
    for value_set in VALUE_SETS:
        expected(value_set).write_text(render_set(helm, value_set), encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        found = Helm("helm3", obtain(["helm3"])["helm3"], Path(home))
        write_all(found)
        write_base(found)
