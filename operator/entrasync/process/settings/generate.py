"""Settings of the commands that write generated files."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class GenerateSettings(BaseModel):
    """Write files made from the models, or check that a folder has them as they are."""

    model_config = ConfigDict(use_attribute_docstrings=True)  # what --help prints

    output: Path | None = None
    """Folder to write into; without it all goes to standard output."""

    check: Path | None = None
    """Folder to compare with; exits 1 and says what to do when it is not current."""
