"""Text that Kubernetes can store: it accepts only valid UTF-8."""


def repair(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 cannot. Valid text is returned unchanged."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
