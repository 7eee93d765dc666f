"""When nobody is left to sample for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from src.sampler.limits import Reason, batch_ms

DAY_MS = 24 * 3_600_000


@pytest.mark.parametrize(
    ("seen_ms", "expected_ms"),
    [(0, 15_000), (60_000, 15_000), (120_000, 30_000), (240_000, 60_000), (DAY_MS, 60_000)],
)
def test_batches_grow_with_what_was_seen_before(seen_ms: int, expected_ms: int):
    assert batch_ms(seen_ms, thinned=0) == expected_ms
    assert batch_ms(seen_ms, thinned=2) == 4 * expected_ms


def test_a_sampler_has_no_reason_without_a_folder(tmp_path: Path):
    assert not Reason(str(tmp_path), 0, None).is_gone(1000)
    assert Reason(str(tmp_path / "none"), 0, None).is_gone(1000)


def test_a_sampler_has_no_reason_after_the_longest_job(tmp_path: Path):
    assert not Reason(str(tmp_path), DAY_MS, None).is_gone(5 * DAY_MS)
    assert Reason(str(tmp_path), DAY_MS, None).is_gone(7 * DAY_MS)


def test_a_sampler_has_no_reason_after_its_worker(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as worker:
        reason = Reason(str(tmp_path), 0, worker.pid)
        assert not reason.is_gone(1000)
        worker.kill()
        os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
        assert reason.is_gone(1000)
