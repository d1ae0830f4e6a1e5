"""What the commands say of a kubeconfig that cannot be used, and of names that no object can have. Nothing is sent."""

from typing import Any

import pytest
import yaml

from tests.support.plugin import Plugin

SERVER = "https://127.0.0.1:1"


class TestAFileThatIsNoKubeconfig:
    @pytest.mark.parametrize(
        "content",
        [b"", b"a: [b", b"just a text", b"\xba\xff\x00", b"clusters: 5", b"- a\n- b\n"],
        ids=["empty", "broken YAML", "a text", "binary", "a number for a list", "a list"],
    )
    def test_is_named_with_what_to_do(self, plugin: Plugin, content: bytes) -> None:
        plugin.kubeconfig.write_bytes(content)
        expect_useless(plugin)

    def test_may_be_a_folder(self, plugin: Plugin) -> None:
        plugin.kubeconfig.mkdir()
        expect_useless(plugin)


class TestALoginProgram:
    """A kubeconfig may name a program that logs in, such as kubelogin."""

    @pytest.mark.parametrize("program", ["kubelogin-that-is-not-there", "/bin/false"])
    def test_that_fails_ends_the_command_before_anything_is_sent(self, plugin: Plugin, program: str) -> None:
        version = "client.authentication.k8s.io/v1"
        write(plugin, user={"exec": {"apiVersion": version, "command": program, "interactiveMode": "Never"}})
        answer = plugin.run("get")
        assert answer.code == 2
        assert answer.errors.startswith("Error: The login of context crm does not work: ")
        assert answer.errors.endswith("Log in as your cluster needs it, until `kubectl cluster-info` works.\n")
        assert answer.errors.count("\n") == 1


class TestANameThatNoObjectCanHave:
    @pytest.mark.parametrize("command", [("get",), ("status",), ("describe",), ("restart",), ("schema", "export")])
    @pytest.mark.parametrize("name", ["", "a/b", "..", "Ärzte"])
    def test_is_refused_before_anything_is_sent(self, plugin: Plugin, command: tuple[str, ...], name: str) -> None:
        write(plugin)
        answer = plugin.run(*command, name)
        assert answer.code == 2
        assert answer.errors.startswith(f'Error: "{name}" is no name of a SynchronizationJob. ')

    @pytest.mark.parametrize("namespace", ["", "a/b", "Team A"])
    def test_may_be_that_of_a_namespace(self, plugin: Plugin, namespace: str) -> None:
        write(plugin)
        answer = plugin.run("get", "--namespace", namespace)
        assert answer.code == 2
        assert answer.errors.startswith(f'Error: "{namespace}" is no name of a namespace. ')


def expect_useless(plugin: Plugin) -> None:
    answer = plugin.run("get")
    assert answer.code == 2
    assert answer.errors.startswith("Error: The kubeconfig cannot be used: ")
    assert answer.errors.endswith("Set KUBECONFIG or --kubeconfig to a file that `kubectl cluster-info` works with.\n")
    assert answer.errors.count("\n") == 1


def write(plugin: Plugin, **entries: Any) -> None:
    """Write a kubeconfig of a server that is not there."""
    document = {
        "clusters": [{"name": "crm", "cluster": {"server": SERVER}}],
        "users": [{"name": "crm", "user": entries.get("user", {"token": "of-nobody"})}],
        "contexts": [{"name": "crm", "context": {"cluster": "crm", "user": "crm"}}],
        "current-context": "crm",
    }
    plugin.kubeconfig.write_text(yaml.safe_dump(document))
