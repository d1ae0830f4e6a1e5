"""What GitOps tools say of objects, by the engines of these tools: kstatus, and Flux's CEL and Argo CD's Lua.

The program `gitops-engines` of the control plane's catalog has them. It is started once for all objects of a call.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from control_plane.programs.binaries import installed
from control_plane.programs.catalog import GITOPS_ENGINES

Object = Mapping[str, Any]


class ScriptFailed(Exception):
    """A script or an expression could not be run; the message is that of its engine."""


@dataclass(frozen=True)
class Engines:
    """The program, wherever it was found."""

    path: Path

    def kstatus(self, objects: Sequence[Object]) -> list[str]:
        """Return what kstatus says of each object: InProgress, Current, Failed or Terminating."""
        return [answer["status"] for answer in self._ask([{"engine": "kstatus", "object": each} for each in objects])]

    def flux(self, expressions: Mapping[str, str], objects: Sequence[Object]) -> list[str]:
        """Return what Flux's kustomize-controller says of each object with the expressions of a healthCheckExprs."""
        asked = [{"engine": "flux", "object": each, "expressions": expressions} for each in objects]
        return [answer["status"] for answer in self._ask(asked)]

    def lua(self, script: str, objects: Sequence[Object], **parameters: str) -> list[Any]:
        """Return what a script of Argo CD returns for each object."""
        asked = [{"engine": "lua", "object": each, "script": script, "parameters": parameters} for each in objects]
        return [answer["value"] for answer in self._ask(asked)]

    def _ask(self, requests: Sequence[Object]) -> list[dict[str, Any]]:
        lines = "\n".join(json.dumps(request) for request in requests)
        done = subprocess.run([self.path], input=lines, capture_output=True, text=True, check=True, timeout=60)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(requests)
        for answer in answers:
            if "error" in answer:
                raise ScriptFailed(answer["error"])
        return answers


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The engines. They are not built here: that takes minutes and would look like a test that hangs."""
    if (found := installed([GITOPS_ENGINES])) is None:
        pytest.fail(f"{GITOPS_ENGINES} is not here yet. Run: python -m control_plane get --all", pytrace=False)
    return Engines(found[GITOPS_ENGINES])
