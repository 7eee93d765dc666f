"""Pieces of a body in, the body or a refusal out; and nothing stays counted."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from src.frontend import body as body_module
from src.frontend.body import TOO_MANY, Bodies
from src.frontend.verdict import Verdict

BUDGET_BYTES = 100
MOST_BYTES = 3 * 2**20


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "MAX_UNFINISHED_BYTES", BUDGET_BYTES)


def more(piece: bytes) -> Message:
    return {"type": "http.request", "body": piece, "more_body": True}


def last(piece: bytes) -> Message:
    return {"type": "http.request", "body": piece, "more_body": False}


def sending(*messages: Message) -> Receive:
    """These messages, and then a sender that says no more."""
    left = iter(messages)

    async def receive() -> Message:
        for message in left:
            return message
        return await asyncio.get_running_loop().create_future()

    return receive


def read(*messages: Message) -> bytes | Verdict:
    """What is read, by a reader that afterwards holds nothing."""
    bodies = Bodies()
    body = asyncio.run(bodies.read(sending(*messages), MOST_BYTES))
    assert bodies.unfinished_bytes == 0
    return body


def test_a_body_is_its_pieces_in_order():
    assert read(last(b"one")) == b"one"
    assert read(more(b"one"), more(b""), more(b" and "), last(b"two")) == b"one and two"
    assert read({"type": "http.request"}) == b"", "ASGI's defaults"


@pytest.mark.parametrize("pieces", [[MOST_BYTES + 1], [0, MOST_BYTES, 1]])
def test_over_the_limit_is_refused_however_it_comes(
    pieces: list[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(body_module, "MAX_UNFINISHED_BYTES", 2 * MOST_BYTES)
    *before, end = [b"x" * size for size in pieces]

    assert read(*map(more, before), last(end)) == Verdict(413, "body over 3 MB")


def test_unfinished_bodies_share_a_budget_and_give_it_back():
    async def many() -> None:
        bodies = Bodies()
        slow = asyncio.create_task(bodies.read(sending(more(b"x" * BUDGET_BYTES)), MOST_BYTES))
        await asyncio.sleep(0)
        assert bodies.unfinished_bytes == BUDGET_BYTES

        assert await bodies.read(sending(more(b"x")), MOST_BYTES) is TOO_MANY
        assert await bodies.read(sending(last(b"whole")), MOST_BYTES) == b"whole", "needs no budget"
        assert bodies.unfinished_bytes == BUDGET_BYTES

        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert bodies.unfinished_bytes == 0
        assert await bodies.read(sending(more(b"x"), last(b"y")), MOST_BYTES) == b"xy"

    asyncio.run(many())


def test_a_sender_that_goes_away_gives_its_share_back():
    async def leave() -> None:
        bodies = Bodies()
        with pytest.raises(ClientDisconnect):
            await bodies.read(sending(more(b"x"), {"type": "http.disconnect"}), MOST_BYTES)
        assert bodies.unfinished_bytes == 0

    asyncio.run(leave())
