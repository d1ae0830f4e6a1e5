"""Write az_commands.json: which arguments the Azure CLI takes for the commands that our pages show.

    python -m venv /tmp/az && /tmp/az/bin/pip install azure-cli
    PYTHONPATH=. /tmp/az/bin/python tests/data/record_az_commands.py

The Azure CLI is too large to be a dependency of the tests, so it is asked once, when a page shows a new command. Its
own parser parses each line of the pages, and nothing is run. Each `--query` is compiled.
"""

import contextlib
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import jmespath
from azure.cli.core import __version__, get_default_cli

from tests.support.page_commands import files_with_commands, lines_of, mentions_of, words_of

TARGET = Path(__file__).resolve().with_name("az_commands.json")


def main() -> None:
    """Record every command of the pages; parse those that they tell people to run."""
    files = files_with_commands()
    run = [line for path in files for line in lines_of("az", path)]
    named = [line for path in files for line in mentions_of("az", path)]
    found = [_record(words_of(line)[1:], is_run=line in run) for line in dict.fromkeys([*run, *named])]
    document = {"azure-cli": __version__, "commands": dict(sorted(found))}
    TARGET.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _record(words: list[str], *, is_run: bool) -> tuple[str, dict[str, Any]]:
    """Parse a line as the Azure CLI does; return its command with a description of the arguments."""
    cli = get_default_cli()
    classes = {name: getattr(cli, name) for name in ("parser_cls", "commands_loader_cls", "help_cls")}
    cli.invocation = invocation = cli.invocation_cls(cli_ctx=cli, **classes)
    invocation.data["command_string"] = " ".join(words)
    loader = invocation.commands_loader
    loader.load_command_table(words)
    command = max((name for name in loader.command_table if words[: len(name.split())] == name.split()), key=len)
    loader.command_name = command
    loader.load_arguments(command)
    invocation.parser.load_command_table(loader)
    if is_run:
        invocation.parser.parse_args(words)
        _compile_queries(words)
    return command, _describe(_find_parser(invocation.parser, command.split()))


def _compile_queries(words: list[str]) -> None:
    for option, value in itertools.pairwise(words):
        if option == "--query":
            jmespath.compile(value)


def _find_parser(parser: Any, words: list[str]) -> Any:
    """Find the parser of a command below that of its group."""
    return parser.subparsers[tuple(words[:-1])].choices[words[-1]]


def _describe(parser: Any) -> dict[str, Any]:
    """List the arguments of a command with the values that each takes, and by all their names those that it needs."""
    actions = [each for each in parser._actions if {*each.option_strings} - {"--cmd"}]
    needed = [sorted(action.option_strings) for action in actions if action.required]
    options = {name: _describe_values(action) for action in actions for name in action.option_strings}
    return {"needs": sorted(needed), "options": dict(sorted(options.items()))}


def _describe_values(action: Any) -> str:
    if action.choices:
        return f"one of {' '.join(sorted(map(str, action.choices)))}"
    return {0: "none", "+": "several", "*": "several", "?": "at most one"}.get(action.nargs, "one")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("federated.json").write_text("{}", encoding="utf-8")  # the parser reads the files that a line names
        main()
