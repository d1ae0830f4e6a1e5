"""The modules that only a certificate needs are loaded with the first certificate."""

import subprocess
import sys

import pytest

LOADED = "import sys; print(*sorted(sys.modules))"


def loaded_by(module: str) -> set[str]:
    """Return what a new process has loaded after the import of a module."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}\n{LOADED}"], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["entrasync.graph.tenant_clients", "entrasync.process.cli"])
def test_what_needs_no_certificate_loads_no_cryptography(module: str) -> None:
    assert not {"cryptography", "jwt"} & loaded_by(module)


def test_the_check_of_a_certificate_does() -> None:
    assert "cryptography" in loaded_by("entrasync.graph.auth.certificates")
