"""A Dockerfile as a builder reads it: instructions, stage by stage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continuation lines joined."""

    word: str
    rest: str

    @property
    def options(self) -> list[str]:
        """Its own options: those before the first argument."""
        words = self.rest.split()
        return words[: next((at for at, word in enumerate(words) if not word.startswith("--")), len(words))]

    @property
    def arguments(self) -> list[str]:
        """What follows the options."""
        return self.rest.split()[len(self.options) :]


def read_stages(dockerfile: Path) -> list[list[Instruction]]:
    """Read the stages; each begins with its FROM."""
    stages: list[list[Instruction]] = []
    for instruction in _instructions(dockerfile.read_text(encoding="utf-8")):
        if instruction.word == "FROM":
            stages.append([])
        stages[-1].append(instruction)
    return stages


def _instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        word, _, rest = line.partition(" ")
        yield Instruction(word, rest.strip())
