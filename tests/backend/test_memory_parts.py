"""What the state machine believes in: its queue leases as the real ones do."""

# ruff: noqa: F401 -- the contract's own tests, to be run here

from datetime import UTC, datetime

import pytest

from tests.backend.memory_parts import MemoryQueue
from tests.shared.queues.contract.places import Kind, Place
from tests.shared.queues.contract.test_queue import (
    test_a_lease_hides_a_message_and_a_delete_removes_it,
    test_a_lease_that_ran_out_shows_the_message_again,
    test_a_lease_that_went_to_somebody_else_is_not_renewed,
    test_a_message_comes_out_as_it_went_in,
    test_a_receive_gives_no_more_than_its_limit,
    test_a_renewed_lease_lasts_and_its_new_receipt_holds,
    test_a_replaced_message_comes_back_with_its_new_body,
    test_a_stale_receipt_does_not_keep_the_others_from_being_deleted,
    test_a_stale_receipt_neither_deletes_nor_releases,
    test_a_stale_receipt_replaces_nothing,
    test_released_is_visible_at_once,
    test_released_with_a_delay_is_visible_after_it,
)

pytestmark = pytest.mark.anyio


class MemoryPlace(Place):
    """Its one queue is all there is."""

    @property
    def kind(self) -> Kind:
        return Kind(lambda _: "", lambda *_: MemoryQueue(_now), shortest_lease_seconds=0.02)


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def place() -> Place:
    return MemoryPlace("memory", "")


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue(_now)
