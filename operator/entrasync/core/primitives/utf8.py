"""Text that may be stored: Kubernetes takes only valid UTF-8."""


def repair(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 cannot; what is whole stays as it is."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
