"""A token in, whose job sent it out."""

import asyncio

import pytest

from src.frontend.tokens import Tokens
from src.frontend.verdict import RefusedError
from src.shared.sent_batches import Identity
from tests.frontend.issuing import REPOSITORY, issuing


def test_the_first_that_come_share_one_check_and_its_keys():
    async def come(tokens: Tokens, token: str) -> list[Identity]:
        try:
            return await asyncio.gather(*[tokens.identity(token) for _ in range(10)])
        finally:
            await tokens.close()

    with issuing() as issuer:
        identities = asyncio.run(come(Tokens(issuer.trust()), issuer.token()))

        assert set(identities) == {issuer.identity}
        assert len(issuer.asked) == 2


@pytest.mark.parametrize(
    ("claims", "repositories", "status"),
    [
        ({}, (), None),
        ({}, (REPOSITORY,), None),
        ({"repository_id": "23"}, (REPOSITORY,), 403),
        ({"repository_id": "23"}, (), None),
        ({"repository_owner_id": "12"}, (), 403),
        ({"repository_owner_id": "12"}, (REPOSITORY,), 403),
        ({"repository_owner_id": None}, (), 401),
    ],
)
def test_only_those_who_were_named_are_let_in(
    claims: dict[str, str], repositories: tuple[int, ...], status: int | None
):
    async def answer(tokens: Tokens, token: str) -> int | None:
        try:
            await tokens.identity(token)
        except RefusedError as exc:
            return exc.verdict.status
        finally:
            await tokens.close()
        return None

    with issuing() as issuer:
        tokens = Tokens(issuer.trust(*repositories))
        assert asyncio.run(answer(tokens, issuer.token(**claims))) == status


def test_what_was_never_used_is_closed_too():
    with issuing() as issuer:
        asyncio.run(Tokens(issuer.trust()).close())
        assert issuer.asked == []
