"""Where the programs are taken from: what is here already comes first, then a download, then a build."""

from pathlib import Path

import pytest

from control_plane.programs.search import Folder, Go, Means, cache_root, locate, ways

WANTED = ("etcd", "kube-apiserver", "kubectl")
ALL = frozenset(WANTED)
NEEDED = (1, 25, 0)
HOME = Path("/anywhere")


def folder(label: str, *programs: str) -> Folder:
    return Folder(label, Path("/", label), frozenset(programs))


def go(*version: int) -> Go:
    major, minor, patch = version
    return Go(Path("/go/bin/go"), (major, minor, patch))


def means(missing: tuple[str, ...] = WANTED, archived: frozenset[str] = ALL, go: Go | None = None) -> list[Means]:
    return [way.means for way in ways(missing, archived, go, NEEDED)]


def test_the_first_folder_that_holds_a_program_wins() -> None:
    finds = locate(WANTED, [folder("assets", *WANTED), folder("cache", *WANTED)])
    assert {find.path for find in finds.values()} == {Path("/assets", name) for name in WANTED}


def test_what_one_folder_lacks_is_taken_from_the_next() -> None:
    finds = locate(WANTED, [folder("assets", "etcd", "kube-apiserver"), folder("cache", *WANTED)])
    assert {name: find.label for name, find in finds.items()} == {
        "etcd": "assets",
        "kube-apiserver": "assets",
        "kubectl": "cache",
    }


def test_what_no_folder_holds_is_left_out() -> None:
    assert set(locate(WANTED, [folder("assets", "etcd")])) == {"etcd"}


def test_nothing_is_tried_when_nothing_is_missing() -> None:
    assert means(missing=()) == []


def test_a_download_is_tried_before_a_build() -> None:
    assert means(go=go(1, 26, 8)) == [Means.ARCHIVE, Means.GO_ON_PATH]


def test_no_download_is_tried_where_none_is_published() -> None:
    assert means(archived=frozenset(), go=go(1, 26, 8)) == [Means.GO_ON_PATH]


def test_no_download_is_tried_when_it_lacks_something_missing() -> None:
    assert means(missing=("etcd", "kube-controller-manager"), go=go(1, 26, 8)) == [Means.GO_ON_PATH]


def test_the_oldest_go_that_can_build_them_is_enough() -> None:
    assert means(go=go(*NEEDED)) == [Means.ARCHIVE, Means.GO_ON_PATH]


@pytest.mark.parametrize(
    ("found", "why"),
    [(None, "there is no Go on the PATH"), (go(1, 24, 9), "the Go on the PATH is 1.24.9, older than 1.25.0")],
)
def test_the_packaged_go_is_taken_for_want_of_a_good_one_and_says_why(found: Go | None, why: str) -> None:
    last = ways(WANTED, ALL, found, NEEDED)[-1]
    assert (last.means, last.why) == (Means.PACKAGED_GO, why)


@pytest.mark.parametrize(
    ("given", "cache"),
    [
        ({}, "/anywhere/.cache"),
        ({"XDG_CACHE_HOME": ""}, "/anywhere/.cache"),
        ({"XDG_CACHE_HOME": "relative/is/ignored"}, "/anywhere/.cache"),
        ({"XDG_CACHE_HOME": "/elsewhere"}, "/elsewhere"),
    ],
)
def test_the_cache_is_where_the_user_keeps_caches(given: dict[str, str], cache: str) -> None:
    assert cache_root(given, HOME) == Path(cache, "entra-sync-operator", "control-plane")
