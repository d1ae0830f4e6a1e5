"""The memory that asyncio sets aside for each TLS connection."""

from asyncio.sslproto import SSLProtocol

TLS_BUFFER_BYTES = 16 * 1024
"""Most answers are smaller, and the others take more reads.

asyncio's own 256 KiB would be 20 MiB for all connections that the operator opens.
"""


def limit_tls_buffers() -> None:
    """Let each TLS connection of this process take `TLS_BUFFER_BYTES`."""
    SSLProtocol.max_size = TLS_BUFFER_BYTES
