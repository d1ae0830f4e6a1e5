"""Names of objects as segments of a path at the API server."""

from urllib.parse import quote


def encode_segment(name: str) -> str:
    """Encode a name so that it is one segment of a path, whatever it holds."""
    return quote(name, safe="")
