"""What the console makes of texts that somebody else has written."""

import pytest
from rich.table import Table
from rich.text import Text

from kubectl_entrasync.output.console import open_console, write_error
from kubectl_entrasync.output.progress import show_progress
from kubectl_entrasync.output.read_progress import show_read_progress


class TestATextOfSomebodyElse:
    @pytest.mark.parametrize("text", ["[/red] x", "[bold]x[/bold]", ":smile:", r"C:\[x]", "Ärzte & Söhne, 日本語"])
    def test_is_shown_as_it_is(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        table = Table.grid()
        table.add_row(text)
        open_console().print(text)
        open_console().print(Text(text))
        open_console().print(table)
        assert capsys.readouterr().out.splitlines() == [text, text, text]

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b[31mred\x1b[0m", "[31mred[0m"),
            ("\x1b]0;title\x07x", "]0;titlex"),
            ("\x9b31mx", "31mx"),
            ("a\rb\x00c", "abc"),
            ("\u202elive\u2066", "live"),
        ],
    )
    def test_gives_no_order_to_the_terminal(self, text: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
        open_console().print(Text(text))
        write_error(text)
        output, errors = capsys.readouterr()
        assert (output, errors) == (f"{shown}\n", f"Error: {shown}\n")

    def test_may_have_several_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        open_console().print(Text("one\ntwo"))
        assert capsys.readouterr().out == "one\ntwo\n"


class TestATable:
    def test_is_not_filled_up_with_spaces_where_a_program_reads_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        table = Table("NAME", "REASON", box=None, pad_edge=False)
        table.add_row("crm", "Healthy")
        table.add_row("erp", "EncounteredQuarantineException")
        open_console().print(table)
        lines = capsys.readouterr().out.splitlines()
        assert [line.split() for line in lines] == [
            ["NAME", "REASON"],
            ["crm", "Healthy"],
            ["erp", "EncounteredQuarantineException"],
        ]
        assert lines == [line.rstrip() for line in lines]


class TestWhereAProgramReads:
    @pytest.fixture(autouse=True)
    def forced_colours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TTY_COMPATIBLE", "1")

    def test_there_are_no_colours_also_where_they_are_forced(self, capsys: pytest.CaptureFixture[str]) -> None:
        open_console().print(Text("ill", "red"))
        write_error("no")
        assert tuple(capsys.readouterr()) == ("ill\n", "Error: no\n")

    def test_there_is_no_progress_either(self, capsys: pytest.CaptureFixture[str]) -> None:
        with show_progress("Waiting", total=2) as progress, show_read_progress("Reading") as read:
            progress.show(1, "one")
            read.begin(1)
            read.advance()
        assert tuple(capsys.readouterr()) == ("", "")
