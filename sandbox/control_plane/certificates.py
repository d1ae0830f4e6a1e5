"""Creates a control plane's certificate authority, certificates, and the key that signs ServiceAccount tokens."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ADMIN = "admin"
SERVER_NAMES = (
    "127.0.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
)


@dataclass(frozen=True)
class Certificates:
    """The PEM files of one control plane, all in one folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The certificate of the authority that signed all others."""
        return self.folder / "ca.pem"

    @property
    def server(self) -> tuple[Path, Path]:
        """The API server's certificate and key."""
        return self.folder / "kube-apiserver.pem", self.folder / "kube-apiserver.key"

    @property
    def admin(self) -> tuple[Path, Path]:
        """The administrator's certificate and key."""
        return self.folder / "admin.pem", self.folder / "admin.key"

    @property
    def token_key(self) -> tuple[Path, Path]:
        """The public and the private half of the key that ServiceAccount tokens are signed with."""
        return self.folder / "tokens.pub", self.folder / "tokens.key"

    def client_context(self, *, with_admin: bool = True) -> ssl.SSLContext:
        """Return a TLS context that trusts this API server, with the administrator's certificate or with none."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if with_admin:
            context.load_cert_chain(*self.admin)
        return context


def write_certificates(folder: Path) -> Certificates:
    """Create new keys and certificates in a folder that only its owner can read."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    certificates = Certificates(folder)
    authority = trustme.CA(organization_name="Control plane of the Entra Sync Operator's sandbox")
    authority.cert_pem.write_to_path(certificates.authority)
    _write_leaf(authority.issue_cert(*SERVER_NAMES), certificates.server)
    # To Kubernetes the common name is the user and the organization a group; this group may do anything.
    administrator = authority.issue_cert(f"{ADMIN}.invalid", common_name=ADMIN, organization_name="system:masters")
    _write_leaf(administrator, certificates.admin)
    _write_token_key(certificates.token_key)
    return certificates


def _write_leaf(leaf: trustme.LeafCert, paths: tuple[Path, Path]) -> None:
    certificate, key = paths
    leaf.cert_chain_pems[0].write_to_path(certificate)
    leaf.private_key_pem.write_to_path(key)


def _write_token_key(paths: tuple[Path, Path]) -> None:
    public, private = paths
    key = ec.generate_private_key(ec.SECP256R1())
    pem, nothing = serialization.Encoding.PEM, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, nothing))
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
