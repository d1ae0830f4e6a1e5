"""Each command line of `kubectl entrasync` that a page shows is one that the plugin takes, with all its options."""

import itertools
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from kubectl_entrasync.cli.app import app
from tests.support.page_commands import files_with_commands, lines_of, mentions_of

PROGRAM = "kubectl entrasync"
COMMAND = re.compile("[a-z-]+")


def lines() -> Iterator[str]:
    """Read the lines that the pages tell people to run."""
    for page in files_with_commands():
        yield from lines_of(PROGRAM, page)


def mentions() -> Iterator[str]:
    """Read the commands that texts name, mostly without the arguments that they need."""
    for page in files_with_commands():
        yield from mentions_of(PROGRAM, page)


def parse(line: str) -> None:
    """Take a line to pieces as the plugin does, and carry out nothing. Raises what typer raises of wrong use."""
    command: Any = get_command(app)
    context, words = command.context_class(command, info_name=PROGRAM), shlex.split(line.removeprefix(PROGRAM))
    while isinstance(command, TyperGroup):
        name, command, words = command.resolve_command(context, words)
        context = command.context_class(command, info_name=name, parent=context)
    command.parse_args(context, words)


@pytest.mark.parametrize("line", dict.fromkeys(lines()))
def test_a_line_of_a_page_is_taken(line: str) -> None:
    parse(line)


@pytest.mark.parametrize("line", dict.fromkeys(mentions()))
def test_a_command_that_a_text_names_is_there(line: str) -> None:
    command: Any = get_command(app)
    for word in itertools.takewhile(COMMAND.fullmatch, line.removeprefix(PROGRAM).split()):
        command = command.commands[word]
        if not isinstance(command, TyperGroup):
            break


def test_a_line_with_an_option_that_no_command_has_is_refused() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse("kubectl entrasync get --everything")
