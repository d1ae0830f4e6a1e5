"""Writes kubeconfig files for the administrator and for holders of a token."""

from base64 import b64encode
from pathlib import Path

import yaml

from control_plane.certificates import ADMIN, Certificates

_NAME = "sandbox"


def write_admin_kubeconfig(path: Path, url: str, certificates: Certificates) -> None:
    """Write the administrator's kubeconfig, which refers to no other file and may be copied anywhere."""
    certificate, key = certificates.admin
    user = {"client-certificate-data": _encoded(certificate), "client-key-data": _encoded(key)}
    _write(path, url, certificates, ADMIN, user)


def write_token_kubeconfig(path: Path, url: str, certificates: Certificates, name: str, token: str) -> None:
    """Write a kubeconfig for the holder of a token."""
    _write(path, url, certificates, name, {"token": token})


def _write(path: Path, url: str, certificates: Certificates, name: str, user: dict[str, str]) -> None:
    cluster = {"server": url, "certificate-authority-data": _encoded(certificates.authority)}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": _NAME, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": _NAME, "context": {"cluster": _NAME, "user": name, "namespace": "default"}}],
        "current-context": _NAME,
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _encoded(path: Path) -> str:
    return b64encode(path.read_bytes()).decode()
