"""When memory and disk run short."""

import pytest

from src.model import samples
from src.model.samples import Host
from src.sampler.moment import Moment
from src.sampler.shortage import is_short

GIB_KB = 2**20
HOST = Host(cpus=2, memory_total_kb=8 * GIB_KB)
LIMITED = Host(cpus=2, memory_total_kb=8 * GIB_KB, memory_limit_kb=GIB_KB)


def moment(used_kb: int | None, group_kb: int | None = None, free_kb: int | None = None) -> Moment:
    columns = {samples.MEMORY_USED_KB: used_kb, samples.CGROUP_MEMORY_KB: group_kb}
    return Moment(0, 0, columns=columns, disks={}, free_kb={"/": free_kb})


@pytest.mark.parametrize(
    ("now", "host", "expected"),
    [
        (moment(4 * GIB_KB), HOST, False),
        (moment(8 * GIB_KB - 1), HOST, True),
        (moment(GIB_KB, GIB_KB - 1), LIMITED, True),
        (moment(GIB_KB, GIB_KB // 2), LIMITED, False),
        (moment(GIB_KB, GIB_KB - 1), HOST, False),
        (moment(GIB_KB, None, 1000), HOST, True),
        (moment(GIB_KB, None, GIB_KB), HOST, False),
        (moment(None), HOST, False),
    ],
)
def test_short_is_what_is_almost_full(now: Moment, host: Host, expected: bool):  # noqa: FBT001
    assert is_short(now, moment(0, 0, GIB_KB), host) is expected


def test_a_filesystem_that_was_full_at_first_says_nothing():
    assert not is_short(moment(0, 0, 1000), moment(0, 0, 1001), HOST)
