"""The command `python -m tests.contract`: compares a real tenant with what the simulator assumes of Graph."""

import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.contract.findings import Findings
from tests.contract.graph import ContractGraph, UnansweredError, Wait
from tests.contract.interruptions import interruptible
from tests.contract.report import write_report
from tests.contract.run import describe_plan, run_contract
from tests.contract.settings import Settings, UnusableSettingsError, read_settings
from tests.contract.trial import RefusedError, Trial, inspect_target

REPORT = Path("build") / "contract.md"
HOLDS, DIFFERS, NOT_RUN, NOT_REMOVED, INTERRUPTED = 0, 1, 2, 3, 130
"""The exit codes."""


def main(environment: Mapping[str, str], *, report: Path = REPORT, wait: Wait = time.sleep) -> int:
    """Run the contract, write the report, and return the exit code."""
    try:
        settings = read_settings(environment)
    except UnusableSettingsError as error:
        print(error)
        return NOT_RUN
    graph = ContractGraph(settings, wait)
    try:
        with interruptible():
            return _run(graph, settings, report)
    except (RefusedError, UnansweredError) as error:
        print(graph.redact(str(error)))
        return NOT_RUN
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        graph.close()


def _run(graph: ContractGraph, settings: Settings, report: Path) -> int:
    graph.sign_in()
    trial, found = Trial(graph, settings, inspect_target(graph, settings)), Findings()
    print(describe_plan(trial), flush=True)
    if not settings.is_confirmed and not _is_agreed():
        print("Nothing was done. Where nobody can be asked, set CONTRACT_CONFIRMED=yes.")
        return NOT_RUN
    try:
        run_contract(trial, found)
    finally:
        text = write_report(trial, found, datetime.now(UTC).date())
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(text, encoding="utf-8")
        print("\n".join(["", text, f"The report is in {report}.", *trial.left]), flush=True)
    if trial.left:
        return NOT_REMOVED
    return DIFFERS if found.failures or graph.differences else HOLDS


def _is_agreed() -> bool:
    return sys.stdin.isatty() and input("Go on? [y/N] ").strip().lower() == "y"


if __name__ == "__main__":
    sys.exit(main(os.environ))
