"""The command line: `entra-sync-operator run`, and the commands that write generated files."""

import asyncio
import logging
import re
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    CliApp,
    CliSettingsSource,
    CliSubCommand,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError

from entrasync.api.generate.crd import render
from entrasync.api.generate.reference import render_reference
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.core.primitives.times import write_go_duration
from entrasync.kube.client.session import NotConnected
from entrasync.kube.watch.kopf_host import WatchRefused
from entrasync.process.leadership import LeadershipLost
from entrasync.process.lifecycle import run
from entrasync.process.observability.logs import set_up_logs
from entrasync.process.observability.metrics_page import render_metrics
from entrasync.process.permissions_page import render_permissions
from entrasync.process.settings.generate import GenerateSettings
from entrasync.process.settings.run import RunSettings, describe
from entrasync.process.tls_buffers import limit_tls_buffers

PROGRAM = "entra-sync-operator"

LOG = logging.getLogger("entrasync.process")

OK, FAILED, MISUSED = 0, 1, 2


def _list_choices(words: Iterable[str]) -> str:
    return f"{{{','.join(words)}}}"


METAVARS = {
    "str": "TEXT",
    "SecretStr": "TEXT",
    "Path": "FILE",
    "tuple[str,...]": "NAMES",
    "timedelta": "DURATION",
    "AwareDatetime": "TIME",
    "int": "NUMBER",
    "float": "NUMBER",
    "bool": _list_choices(("true", "false")),
    **{_list_choices(kind.__members__): _list_choices(kind) for kind in (ManagementPolicy, DeletionPolicy)},
}
"""What the help shows in place of the types of the settings."""

DEFAULTS = {
    "null": "",
    "()": "",
    "": "",
    "('*',)": "(default: *)",
    "True": "(default: true)",
    "False": "(default: false)",
    ManagementPolicy.MANAGE.name: f"(default: {ManagementPolicy.MANAGE})",
}
"""What the help shows in place of defaults that only the code writes so."""


class CommandLine(BaseSettings):
    """entra-sync-operator COMMAND --help lists the options of a command."""

    model_config = SettingsConfigDict(
        cli_prog_name=PROGRAM,
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        use_attribute_docstrings=True,
    )

    run: CliSubCommand[RunSettings]
    """run the operator"""

    crds: CliSubCommand[GenerateSettings]
    """write the CustomResourceDefinitions, or check that a folder has them"""

    reference: CliSubCommand[GenerateSettings]
    """write the generated pages of docs/, or check that a folder has them"""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the command from the flags alone: a variable named RUN belongs to somebody else."""
        return (init_settings,)


DURATION_DEFAULT = re.compile(r"\(default: (\d+):(\d\d):(\d\d)\)")
"""A default that is a duration, as the code writes it."""


def _write_duration(found: re.Match[str]) -> str:
    hours, minutes, seconds = map(int, found.groups())
    return f"(default: {write_go_duration(timedelta(hours=hours, minutes=minutes, seconds=seconds))})"


def _add_flag(parser: ArgumentParser, *names: str, **options: Any) -> None:
    """Add a flag to the parser. Its help names what a person writes, and no type and no default of the code."""
    if "metavar" in options:
        options["metavar"] = METAVARS.get(options["metavar"], options["metavar"])
    if "help" in options:
        for of_code, written in DEFAULTS.items():
            options["help"] = options["help"].replace(f"(default: {of_code})", written).rstrip()
        options["help"] = DURATION_DEFAULT.sub(_write_duration, options["help"])
    parser.add_argument(*names, **options)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit code: 0 done, 1 failed, 2 wrong flags or settings.

    `--help` and `--version` print what they say and raise `SystemExit` with 0.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = " ".join([PROGRAM, *(word for word in words[:1] if word in CommandLine.model_fields)])
    try:
        return _perform(CliApp.run(CommandLine, cli_args=words, cli_settings_source=_read_flags()))
    except ValidationError as error:
        sys.stderr.write(f"{name}: the settings cannot be used:\n{describe(error)}\n")
        return MISUSED
    except (SettingsError, ValueError) as error:
        usage = "" if name != PROGRAM else f"{CliApp.format_help(CommandLine, _read_flags())}\n"
        sys.stderr.write(f"{usage}{name}: {error}\n")
        return MISUSED
    except (NotConnected, OSError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return FAILED


def _read_flags() -> CliSettingsSource[Any]:
    """Return the reader of the flags, which also knows `--version`."""
    source = CliSettingsSource[Any](CommandLine, cli_exit_on_error=False, add_argument_method=_add_flag)
    source.root_parser.add_argument("--version", action="version", version=f"{PROGRAM} {metadata.version(PROGRAM)}")
    return source


def _perform(command: CommandLine) -> int:
    if command.run is not None:
        return _run(command.run)
    if command.crds is not None:
        return _generate(command.crds, render())
    if command.reference is not None:
        return _generate(command.reference, render_reference() | render_permissions() | render_metrics())
    sys.stderr.write(CliApp.format_help(CommandLine, _read_flags()))
    return MISUSED


def _run(settings: RunSettings) -> int:
    settings.endpoint()
    set_up_logs(settings.log_level, form=settings.log_format)
    limit_tls_buffers()
    try:
        asyncio.run(_run_until_stopped(settings))
    except WatchRefused as error:
        LOG.critical("%s", error)
        return FAILED
    except LeadershipLost:  # it has logged why
        return FAILED
    return OK


async def _run_until_stopped(settings: RunSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop=stop)


def _generate(settings: GenerateSettings, files: dict[str, str]) -> int:
    if settings.check is not None:
        return _check(settings.check, files)
    if settings.output is None:
        sys.stdout.write("---\n".join(files.values()))
        return OK
    settings.output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (settings.output / name).write_text(text, encoding="utf-8")
    return OK


def _check(folder: Path, files: dict[str, str]) -> int:
    stale = [name for name, text in files.items() if _read(folder / name) != text]
    if stale:
        sys.stderr.write(f"{', '.join(stale)} in {folder} is not what the models say; run: make crds\n")
    return FAILED if stale else OK


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
