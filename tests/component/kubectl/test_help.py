"""The help of the commands."""

from kubectl_entrasync.cli.app import app
from tests.support.plugin import Plugin


def test_says_in_one_line_what_each_command_does(plugin: Plugin) -> None:
    code, lines = plugin.run_on_terminal("--help")
    assert code == 0
    assert max(map(len, lines)) <= 80
    shown = lines[lines.index("Commands:") + 1 :]
    assert len(shown) == len(app.registered_commands) + len(app.registered_groups)
    assert [line for line in shown if not line.endswith(".") or line.endswith("...")] == []
