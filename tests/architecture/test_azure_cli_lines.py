"""What the pages and the chart say of the Azure CLI is what it takes, and what they ask Graph for exists.

The Azure CLI is too large to be installed for this. Its own parser was asked once, and the answer is in
`tests/data/az_commands.json`. `tests/data/record_az_commands.py` asks it again and says how.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from graph_simulator.traffic.operations import find_target
from tests.support.azure_cli_lines import HOW_TO_RECORD, arguments_of, find_faults
from tests.support.page_commands import ROOT, files_with_commands, lines_of, mentions_of, words_of

FACTS = (ROOT / "docs" / "graph-facts.md").read_text(encoding="utf-8")
FIRST_JOB = ROOT / "docs" / "first-job.md"
GUID = "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"


def lines() -> list[tuple[Path, str]]:
    return [(path, line) for path in files_with_commands() for line in lines_of("az", path)]


def rest_lines() -> list[str]:
    return [line for _, line in lines() if line.startswith("az rest ")]


def describe(case: object) -> str:
    return case.name if isinstance(case, Path) else re.sub(r"\s+", " ", str(case))[:60]


@pytest.mark.parametrize(("path", "line"), lines(), ids=describe)
def test_a_line_of_a_page_is_taken_by_the_azure_cli(path: Path, line: str) -> None:
    assert find_faults(words_of(line)[1:]) == []


@pytest.mark.parametrize("path", files_with_commands(), ids=describe)
def test_every_mention_of_the_azure_cli_names_a_command_and_arguments_that_it_has(path: Path) -> None:
    mentioned = [words_of(line)[1:] for line in mentions_of("az", path)]
    assert [fault for words in mentioned for fault in find_faults(words, is_whole=False)] == []


def test_the_page_of_the_first_job_logs_in_by_each_credential() -> None:
    logins = [line for path, line in lines() if path == FIRST_JOB and line.startswith("az login --service-principal")]
    ways = ["--password", "--certificate", "--federated-token"]
    assert [[way for way in ways if way in arguments_of(words_of(line))] for line in logins] == [[way] for way in ways]


@pytest.mark.parametrize("line", rest_lines(), ids=describe)
def test_an_address_of_az_rest_is_simulated_or_among_the_facts_about_graph(line: str) -> None:
    arguments = arguments_of(words_of(line)[1:])
    [url], method = arguments["--url"], "".join(arguments.get("--method", ["get"])).upper()
    path = urlsplit(url.replace("$GRAPH", "https://graph.microsoft.com")).path
    is_simulated = find_target(method, re.sub(r"\$[A-Z_]+", GUID, path)).operation not in {"unknown", "wrongMethod"}
    described = f"{method} `{re.sub(r'[$][A-Z_]+', '{id}', path.removeprefix('/v1.0'))}`"
    assert is_simulated or described in FACTS, "Describe the call in docs/graph-facts.md, with its source."


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ad app conjure --id x", f"The command `az ad app conjure --id` is not recorded. {HOW_TO_RECORD}"),
        ("ad sp show --id x --colour red", f"`az ad sp show` has no argument `--colour`. {HOW_TO_RECORD}"),
        ("ad sp show --query id", "`az ad sp show` needs --id."),
        ("ad sp show --id", "`az ad sp show --id` takes one, not []."),
        ("ad sp show x --id y", "`az ad sp show` has no place for `x`."),
        ("rest --url x -m fetch", "`az rest -m` takes one of delete get head options patch post put, not ['fetch']."),
    ],
)
def test_a_line_that_the_azure_cli_would_not_take_is_found(line: str, fault: str) -> None:
    assert find_faults(line.split()) == [fault]
