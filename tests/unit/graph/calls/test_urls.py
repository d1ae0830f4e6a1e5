"""Where a request goes, whatever an id or a link of Graph says."""

from typing import cast
from urllib.parse import unquote

import httpx
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.primitives.utf8 import repair
from entrasync.graph.calls.exchange import Exchange
from entrasync.graph.calls.operations import LIST_JOBS
from entrasync.graph.calls.pages import PageReader
from entrasync.graph.calls.urls import Urls
from tests.support.halts import stalls

GRAPH = "https://graph.microsoft.com"
ROOT = f"{GRAPH}/v1.0"
IDS = st.text(st.characters(exclude_categories=[]))
"""Any text, half characters too: JSON may have them."""

ODD = st.sampled_from([*"/\\@:?#.&%'\"\t\n\x00 ", "..", "//", "%2f", "evil.example", GRAPH, "graph.microsoft.com"])


def read_target(url: str) -> tuple[str, str | None, int | None, str]:
    """Read where aiohttp would send a request that httpx has made, and the raw path."""
    target = URL(str(httpx.URL(url)), encoded=True)
    return target.scheme, target.host, target.port, target.raw_path_qs


class TestUrls:
    @given(IDS, IDS)
    @example("..", "a")
    @example("a", "%2e%2e")
    @example("a", "\ud800")
    def test_keep_each_id_in_its_segment(self, principal: str, job: str) -> None:
        try:
            url = Urls(ROOT).job(principal, job, "start")
        except Halted:
            assert {principal, job} & {"", ".", ".."} or repair(principal + job) != principal + job
            return
        scheme, host, port, path = read_target(url)
        assert (scheme, host, port) == ("https", "graph.microsoft.com", 443)
        *before, jobs, its_job, action = path.split("/")
        assert before[:3] == ["", "v1.0", "servicePrincipals"]
        assert (unquote(before[3]), before[4], jobs) == (principal, "synchronization", "jobs")
        assert (unquote(its_job), action) == (job, "start")

    @given(IDS)
    @example("' or appId ne '")
    def test_keep_an_app_id_in_its_quotes(self, app_id: str) -> None:
        try:
            url = Urls(ROOT).service_principal_by_app_id(app_id)
        except Halted:
            assert repair(app_id) != app_id
            return
        *before, key = read_target(url)[-1].split("/")
        assert before == ["", "v1.0"]
        value = unquote(key).removeprefix("servicePrincipals(appId='").removesuffix("')")
        assert value.replace("''", "").count("'") == 0
        assert value.replace("''", "'") == app_id

    def test_refuse_half_a_character_in_words_that_kubernetes_can_store(self) -> None:
        with stalls("cannot be an id in Graph. Correct the id in spec.") as caught:
            Urls(ROOT).service_principal("a\ud800")
        assert repair(caught.value.message) == caught.value.message


class TestNextPage:
    @given(st.one_of(st.lists(ODD).map("".join), st.lists(ODD).map(lambda parts: GRAPH + "".join(parts))))
    @example("https://graph.microsoft.com@evil.example/")
    @example("https://evil.example\\@graph.microsoft.com/")
    @example("https://graph.microsoft.com\\.evil.example/")
    @example("https://graph.microsoft.com:443@evil.example/")
    def test_is_never_on_another_host(self, link: str) -> None:
        reader = PageReader(cast("Exchange", None), GRAPH)
        try:
            followed = reader._next_url(LIST_JOBS, link)
        except EntraSyncError:
            return
        assert read_target(followed)[:3] == ("https", "graph.microsoft.com", 443)
