"""A growing file to what of it has not been sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from src.sampler.push_spool import MOST_WAITING_BYTES, Spool

MIB = 1024 * 1024
LINE = b"x" * (MIB // 8 - 1) + b"\n"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """Of more than may wait: some 20 MiB."""
    file = tmp_path / "batches.jsonl"
    file.write_bytes(160 * LINE)
    found = Spool(str(file))
    yield found
    found.close()


def waiting_bytes(spool: Spool, offset: int, number: int) -> int:
    return sum(len(line) + 1 for line, _ in spool.waiting(offset, number))


def test_what_lies_too_far_back_is_given_up(spool: Spool):
    assert waiting_bytes(spool, 0, spool.number) == MOST_WAITING_BYTES


def test_of_another_file_only_the_end_is_told(spool: Spool):
    assert waiting_bytes(spool, 19 * MIB, spool.number + 1) == MIB


def test_what_was_sent_is_not_told_again(spool: Spool):
    assert waiting_bytes(spool, 19 * MIB, spool.number) == MIB
    assert waiting_bytes(spool, 20 * MIB, spool.number) == 0
