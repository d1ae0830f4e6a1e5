"""Checks the order of the sources of programs: this machine first, then a download, then a build."""

from pathlib import Path

import pytest

from control_plane.programs.search import Folder, Go, Source, cache_root, list_attempts, locate

WANTED = ("etcd", "kube-apiserver", "kubectl")
ALL = frozenset(WANTED)
NEEDED = (1, 25, 0)
HOME = Path("/anywhere")


def folder(label: str, *programs: str) -> Folder:
    return Folder(label, Path("/", label), frozenset(programs))


def go(*version: int) -> Go:
    major, minor, patch = version
    return Go(Path("/go/bin/go"), (major, minor, patch))


def sources_of(missing: tuple[str, ...] = WANTED, archived: frozenset[str] = ALL, go: Go | None = None) -> list[Source]:
    return [attempt.source for attempt in list_attempts(missing, archived, go, NEEDED)]


def test_a_program_is_taken_from_the_first_folder_that_holds_it() -> None:
    found = locate(WANTED, [folder("assets", *WANTED), folder("cache", *WANTED)])
    assert {program.path for program in found.values()} == {Path("/assets", name) for name in WANTED}


def test_a_program_that_the_first_folder_lacks_is_taken_from_the_next() -> None:
    found = locate(WANTED, [folder("assets", "etcd", "kube-apiserver"), folder("cache", *WANTED)])
    assert {name: program.label for name, program in found.items()} == {
        "etcd": "assets",
        "kube-apiserver": "assets",
        "kubectl": "cache",
    }


def test_a_program_that_no_folder_holds_is_left_out() -> None:
    assert set(locate(WANTED, [folder("assets", "etcd")])) == {"etcd"}


def test_no_source_is_tried_when_no_program_is_missing() -> None:
    assert sources_of(missing=()) == []


def test_a_download_is_tried_before_a_build() -> None:
    assert sources_of(go=go(1, 26, 8)) == [Source.ARCHIVE, Source.GO_ON_PATH]


def test_no_download_is_tried_where_no_archive_is_published() -> None:
    assert sources_of(archived=frozenset(), go=go(1, 26, 8)) == [Source.GO_ON_PATH]


def test_no_download_is_tried_when_the_archive_lacks_a_missing_program() -> None:
    assert sources_of(missing=("etcd", "kube-controller-manager"), go=go(1, 26, 8)) == [Source.GO_ON_PATH]


def test_the_oldest_go_that_can_build_the_programs_is_used() -> None:
    assert sources_of(go=go(*NEEDED)) == [Source.ARCHIVE, Source.GO_ON_PATH]


@pytest.mark.parametrize(
    ("found", "reason"),
    [(None, "there is no Go on the PATH"), (go(1, 24, 9), "the Go on the PATH is 1.24.9, older than 1.25.0")],
)
def test_the_packaged_go_is_used_when_the_path_has_no_suitable_go(found: Go | None, reason: str) -> None:
    last = list_attempts(WANTED, ALL, found, NEEDED)[-1]
    assert (last.source, last.reason) == (Source.PACKAGED_GO, reason)


@pytest.mark.parametrize(
    ("given", "cache"),
    [
        ({}, "/anywhere/.cache"),
        ({"XDG_CACHE_HOME": ""}, "/anywhere/.cache"),
        ({"XDG_CACHE_HOME": "relative/is/ignored"}, "/anywhere/.cache"),
        ({"XDG_CACHE_HOME": "/elsewhere"}, "/elsewhere"),
    ],
)
def test_the_cache_is_in_the_users_cache_folder(given: dict[str, str], cache: str) -> None:
    assert cache_root(given, HOME) == Path(cache, "entra-sync-operator", "control-plane")
