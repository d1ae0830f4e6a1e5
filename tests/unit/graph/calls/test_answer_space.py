"""How much memory the answers take that are read at the same time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.calls.answer_space import LARGE_ANSWERS, SMALL_ANSWER_BYTES, AnswerSpace
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint
from tests.support.loop_time import settle
from tests.support.still_clock import StillClock

PIECE = b" " * 64 * 1024
PIECES = 64
HEADERS = {"request-id": "r", "content-type": "application/json"}


class FixedToken:
    """A token that needs no login."""

    endpoint: GraphEndpoint = CLOUDS["Global"]
    tenant_id = "7e9c1b52-0c1d-4f7e-8a53-3b1f0f6a9d11"

    async def get_token(self) -> AccessToken:
        return AccessToken("a token")

    def drop(self, token: AccessToken | None = None) -> None: ...

    def drop_for_missing_role(self, token: AccessToken) -> None: ...


class Network(httpx.AsyncBaseTransport):
    """Answers each page with so many pieces, and counts what was sent of answers that are not complete yet."""

    def __init__(self, pages: int = 1, *, pieces: int = PIECES) -> None:
        self.pages = pages
        self.pieces = pieces
        self.in_flight: dict[int, int] = {}
        self.most = 0
        self.asked = 0
        self.after_page: Callable[[], object] = lambda: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        page = int(request.url.params.get("page", "1"))
        link = f', "@odata.nextLink": "{request.url.copy_with(params={"page": page + 1})}"' if page < self.pages else ""
        return httpx.Response(200, headers=HEADERS, stream=Body(self, self.asked, f'{{"value": []{link}'.encode()))


class Body(httpx.AsyncByteStream):
    """One body, in pieces."""

    def __init__(self, network: Network, number: int, head: bytes) -> None:
        self.network, self.number, self.head = network, number, head

    async def __aiter__(self) -> AsyncIterator[bytes]:
        sent = self.network.in_flight
        yield self.head
        for count in range(1, self.network.pieces + 1):
            sent[self.number] = count * len(PIECE)
            self.network.most = max(self.network.most, sum(sent.values()))
            yield PIECE
            await asyncio.sleep(0)
        yield b"}"
        del sent[self.number]
        self.network.after_page()


class HangingNetwork(Network):
    """Its answers become large and never end. `begun` has those that were begun."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=HEADERS, stream=HangingBody())


class HangingBody(httpx.AsyncByteStream):
    """A body whose end never comes."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(SMALL_ANSWER_BYTES // len(PIECE) + 1):
            yield PIECE
        await asyncio.get_running_loop().create_future()


def make_clients(network: Network, count: int) -> list[GraphClient]:
    """Make clients of so many tenants, which share a process."""
    limiters = SharedLimiters(StillClock(), concurrency=32)
    endpoint = CLOUDS["Global"]
    return [
        GraphClient(FixedToken(), limiters.find(str(number), "app", endpoint=endpoint), transport=network)
        for number in range(count)
    ]


class TestAnswersInFlight:
    async def test_are_few_large_ones_whatever_the_tenant(self) -> None:
        network = Network()
        clients = make_clients(network, 32)
        await asyncio.gather(*(client.list_jobs("principal") for client in clients))
        whole = PIECES * len(PIECE)
        waiting = 32 * (SMALL_ANSWER_BYTES + 2 * len(PIECE))
        assert network.most <= LARGE_ANSWERS * whole + waiting
        assert network.most < 32 * whole / 2
        assert network.asked == 32

    async def test_count_all_pages_of_a_list_together(self) -> None:
        network = Network(pages=3)
        clients = make_clients(network, 8)
        await asyncio.gather(*(client.list_jobs("principal") for client in clients))
        assert network.asked == 24

    @pytest.mark.parametrize("is_urgent", [False, True])
    @pytest.mark.parametrize("at_most", [None, 8])
    async def test_of_more_lists_than_slots_all_come(self, is_urgent: bool, at_most: int | None) -> None:
        """A list that has its place never waits for a slot, which others hold while they wait for a place."""
        network = Network(pages=2, pieces=5)
        limiter = SharedLimiters(StillClock(), concurrency=32).find(
            "t", "a", endpoint=CLOUDS["Global"], at_most=at_most
        )
        client = GraphClient(FixedToken(), limiter, transport=network)
        await asyncio.gather(*(client.list_jobs("principal", is_urgent=is_urgent) for _ in range(40)))
        assert network.asked == 80

    async def test_are_not_asked_for_during_a_pause_between_two_pages(self) -> None:
        network, limiter = Network(pages=2), TenantLimiter(StillClock())
        client = GraphClient(FixedToken(), limiter, transport=network)
        network.after_page = lambda: limiter.pause({"retry-after": "60"})
        with pytest.raises(Transient) as caught:
            await client.list_jobs("principal")
        assert caught.value.reason is Reason.THROTTLED
        assert network.asked == 1

    async def test_of_tenants_that_hang_leave_places_for_another(self) -> None:
        limiters, endpoint = SharedLimiters(StillClock(), concurrency=32), CLOUDS["Global"]
        one, other, sound = (limiters.find(tenant, "app", endpoint=endpoint) for tenant in ("one", "other", "sound"))
        hanging, network = HangingNetwork(), Network()
        calls = [
            asyncio.create_task(GraphClient(FixedToken(), limiter, transport=hanging).list_jobs("principal"))
            for limiter in [one] * 10 + [other] * 10
        ]
        await settle()
        async with asyncio.timeout(30):  # half of the time that the calls of the others take
            await GraphClient(FixedToken(), sound, transport=network).list_jobs("principal")
        assert not any(call.done() for call in calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        async with asyncio.timeout(30):
            await GraphClient(FixedToken(), one, transport=network).list_jobs("principal")

    async def test_of_one_tenant_are_as_few_whatever_its_connections(self) -> None:
        limiters, endpoint = SharedLimiters(StillClock(), concurrency=32), CLOUDS["Global"]
        shares = [limiters.find("one", "app", endpoint=endpoint, at_most=8) for _ in range(4)]
        calls = [
            asyncio.create_task(GraphClient(FixedToken(), share, transport=HangingNetwork()).list_jobs("principal"))
            for share in shares
        ]
        await settle()
        sound = limiters.find("sound", "app", endpoint=endpoint)
        async with asyncio.timeout(30):
            await GraphClient(FixedToken(), sound, transport=Network()).list_jobs("principal")
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def test_give_their_place_back_when_they_are_too_long(self) -> None:
        network = Network(pages=5)  # more than the limit of all pages together
        [client] = make_clients(network, 1)
        for _ in range(LARGE_ANSWERS + 1):
            with pytest.raises(Transient) as caught:
                await client.list_jobs("principal")
            assert caught.value.reason is Reason.GRAPH_UNREACHABLE


class TestPlacesOfLargeAnswers:
    async def test_go_past_a_caller_that_gives_up_before_or_as_it_gets_one(self) -> None:
        space, began = AnswerSpace(), list[str]()

        async def read(name: str) -> None:
            async with space.hold("tenant") as share:
                await share.grow(SMALL_ANSWER_BYTES + 1)
                began.append(name)

        async with AsyncExitStack() as answers:
            for _ in range(LARGE_ANSWERS // 2):
                share = await answers.enter_async_context(space.hold("tenant"))
                await share.grow(SMALL_ANSWER_BYTES + 1)
            impatient, unlucky, last = (asyncio.create_task(read(name)) for name in ("impatient", "unlucky", "last"))
            await settle()
            impatient.cancel()
        unlucky.cancel()  # it has its place, but has not run yet
        await asyncio.gather(impatient, unlucky, last, return_exceptions=True)
        assert began == ["last"]
        await read("afterwards")
        assert began == ["last", "afterwards"]
