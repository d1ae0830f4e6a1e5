"""Whether the pods of tests run as users of their own."""

from pathlib import Path

import pytest

from tests.support.pod import VARIABLE, try_user_namespaces

UNSHARE = "#!/bin/sh\necho 'unshare: write failed /proc/self/uid_map: Operation not permitted' >&2\nexit 1\n"
"""What it says where AppArmor restricts it."""


class TestWhereNobodyMayTakeAnotherUsersNumber:
    @pytest.fixture(autouse=True, params=[UNSHARE, None], ids=["refused", "without unshare"])
    def refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
        if request.param is not None:
            (tmp_path / "unshare").write_text(request.param, encoding="utf-8")
            (tmp_path / "unshare").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    def test_a_pod_runs_as_the_tester(self) -> None:
        assert not try_user_namespaces(is_required=False)

    def test_a_test_fails_and_says_what_to_do_where_it_is_required(self) -> None:
        with pytest.raises(AssertionError, match=rf"{VARIABLE}=required .* On Ubuntu: sudo sysctl --write kernel\."):
            try_user_namespaces(is_required=True)
