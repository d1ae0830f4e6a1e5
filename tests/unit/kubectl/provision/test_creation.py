"""Requests are made one after the other, and nothing is lost where one of them cannot be made."""

from typing import Any, cast

import pytest

from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.provision.manifest import Wish, build_manifests
from kubectl_entrasync.provision.waiting import create_all


class Limited:
    """An API server that takes so many objects and refuses the next one."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.made: list[dict[str, Any]] = []

    def create(self, document: dict[str, Any]) -> dict[str, Any]:
        """Take an object, if there is room for it."""
        if len(self.made) == self.room:
            raise Failure("The quota is used up.")
        self.made.append(document | {"metadata": {"name": f"crm-{len(self.made)}"}})
        return self.made[-1]


def create(room: int, *users: str) -> list[str]:
    made = create_all(cast("Objects", Limited(room)), build_manifests(Wish("crm"), users))
    return [each["metadata"]["name"] for each in made]


class TestCreation:
    def test_makes_one_request_for_each_user_and_none_twice(self) -> None:
        assert create(9, "anna", "ben", "anna") == ["crm-0", "crm-1"]

    def test_that_fails_at_once_says_why(self) -> None:
        with pytest.raises(Failure, match=r"^The quota is used up\.$"):
            create(0, "anna", "ben")

    def test_that_fails_later_names_the_requests_that_go_on(self) -> None:
        with pytest.raises(Failure) as refusal:
            create(2, "anna", "ben", "cleo")
        assert str(refusal.value) == ("The quota is used up. These requests were made before, and go on: crm-0, crm-1.")


class TestName:
    @pytest.mark.parametrize(
        ("job", "beginning"), [("crm", "crm-"), ("a" * 253, "a" * 50 + "-"), ("a" * 49 + ".b", "a" * 49 + "-")]
    )
    def test_of_a_request_begins_like_that_of_its_job(self, job: str, beginning: str) -> None:
        [manifest] = build_manifests(Wish(job), ["anna"])
        assert manifest["metadata"] == {"generateName": beginning}
