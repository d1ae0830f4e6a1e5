"""What the lines of kubectl in pages wait for and print is there: kubectl says nothing of a word that is wrong."""

import pytest

from tests.support.kubectl_reads import find_faults
from tests.support.page_commands import files_with_commands, lines_of, mentions_of


def lines() -> list[str]:
    """Read the lines that wait for something or print a part of an object."""
    pages = files_with_commands()
    found = [line for page in pages for line in [*lines_of("kubectl", page), *mentions_of("kubectl", page)]]
    return [line for line in dict.fromkeys(found) if "--for=" in line or "jsonpath" in line]


@pytest.mark.parametrize("line", lines())
def test_a_line_of_a_page_reads_what_its_kind_has(line: str) -> None:
    assert find_faults(line) == []


@pytest.mark.parametrize("program", ["kubectl wait", "kubectl get"])
def test_there_are_such_lines(program: str) -> None:
    assert any(line.startswith(program) for line in lines())


@pytest.mark.parametrize(
    "line",
    [
        "kubectl wait --for=condition=Redy syncjob/salesforce",
        "kubectl wait --for=condition=Quarantined graphconnection/default",
        "kubectl wait --for=condition=Ready syncjbo/salesforce",
        "kubectl wait provreqs --all --for=jsonpath='{.status.reslut}'=Provisioned",
        "kubectl get syncjob NAME -o jsonpath='{.status.conditions[?(@.type==\"Redy\")].message}'",
        "kubectl get syncjobs -o jsonpath='{.status.conditions[0].massage}'",
        "kubectl get syncjob NAME -o jsonpath='{.status.job.id.of}'",
        "kubectl get syncjob NAME -o jsonpath='{.stauts.job}'",
    ],
)
def test_a_line_that_reads_what_is_not_there_is_found(line: str) -> None:
    assert len(find_faults(line)) == 1
