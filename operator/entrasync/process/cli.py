"""The command line: `entra-sync-operator run`, and what writes generated files."""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import CliApp
from pydantic_settings.exceptions import SettingsError

from entrasync.api.generate.crd import render
from entrasync.api.generate.reference import render_reference
from entrasync.kube.client.session import NotConnected
from entrasync.kube.watch.kopf_host import WatchRefused
from entrasync.process.lifecycle import run
from entrasync.process.observability.logs import set_up_logs
from entrasync.process.permissions_page import render_permissions
from entrasync.process.settings.run import GenerateSettings, RunSettings, describe

USAGE = """usage: entra-sync-operator COMMAND [OPTIONS]

  run        run the operator
  crds       write the CustomResourceDefinitions, or check that a folder has them
  reference  write the generated pages of docs/, or check that a folder has them

entra-sync-operator COMMAND --help lists the options of a command.
"""

LOG = logging.getLogger("entrasync.process")

OK, FAILED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 1 failed, 2 wrong flags or settings."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(words[0]) if words else None
    if command is None:
        wanted = words[:1] in (["-h"], ["--help"])
        (sys.stdout if wanted else sys.stderr).write(USAGE)
        return OK if wanted else MISUSED
    try:
        return command(words[1:])
    except ValidationError as error:
        sys.stderr.write(f"entra-sync-operator {words[0]}: the settings cannot be used:\n{describe(error)}\n")
        return MISUSED
    except (SettingsError, ValueError) as error:
        sys.stderr.write(f"entra-sync-operator {words[0]}: {error}\n")
        return MISUSED
    except (NotConnected, OSError) as error:
        sys.stderr.write(f"entra-sync-operator {words[0]}: {error}\n")
        return FAILED


def _run(arguments: list[str]) -> int:
    settings = CliApp.run(RunSettings, cli_args=arguments, cli_exit_on_error=False)
    settings.endpoint()
    set_up_logs(settings.log_level, form=settings.log_format)
    try:
        asyncio.run(_run_until_told(settings))
    except WatchRefused as error:
        LOG.critical("%s", error)
        return FAILED
    return OK


async def _run_until_told(settings: RunSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop=stop)


def _crds(arguments: list[str]) -> int:
    return _generate(arguments, render())


def _reference(arguments: list[str]) -> int:
    return _generate(arguments, render_reference() | render_permissions())


def _generate(arguments: list[str], files: dict[str, str]) -> int:
    settings = CliApp.run(GenerateSettings, cli_args=arguments, cli_exit_on_error=False)
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


COMMANDS: dict[str, Callable[[list[str]], int]] = {"run": _run, "crds": _crds, "reference": _reference}

if __name__ == "__main__":
    sys.exit(main())
