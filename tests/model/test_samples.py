from uuid import uuid4

from src.model.samples import SAMPLES, batch_id
from src.shared.github_events import EVENTS, is_delivery_id


def test_a_batch_s_name_can_name_an_event_on_the_queue():
    assert is_delivery_id(batch_id(uuid4().hex, 10**9))


def test_batches_are_told_apart():
    sampler, other = uuid4().hex, uuid4().hex
    assert len({batch_id(sampler, 1), batch_id(sampler, 11), batch_id(other, 1)}) == 3


def test_samples_are_no_event_of_github():
    assert SAMPLES not in EVENTS
