"""Whatever a file holds, a parser answers: with numbers that a batch can carry, or with nothing."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.sampler.cgroup import v1, v2
from src.sampler.proc.diskstats import parse_disks
from src.sampler.proc.loadavg import parse_last_pid
from src.sampler.proc.meminfo import parse_memory_kb, parse_swap_kb
from src.sampler.proc.mountinfo import parse_mounts
from src.sampler.proc.net_dev import parse_network_bytes
from src.sampler.proc.pid_cgroup import parse_control_groups
from src.sampler.proc.pid_cmdline import parse_words
from src.sampler.proc.pid_environ import parse_variable
from src.sampler.proc.pid_io import parse_io_bytes
from src.sampler.proc.pid_stat import parse_pid_stat
from src.sampler.proc.pid_statm import parse_resident_pages
from src.sampler.proc.pressure import parse_stalled_us
from src.sampler.proc.stat import count_cpus, parse_cpu_ticks
from src.sampler.proc.vmstat import parse_oom_kills

DISK = (
    b" 8 0 sda 25354637 34367663 1003346126 18492372 28444756 11134226 505697032 63877960 0 9653880"
    b" 82621804\n"
)
PARSERS: dict[Callable[[bytes], object], bytes] = {
    parse_cpu_ticks: b"cpu  301854 612 111922 8979004 3552 2 3944 44 0 0\ncpu0 44490 19 21045\n",
    count_cpus: b"cpu  1 2\ncpu0 44490 19\ncpu7 1\nintr 8885917\n",
    parse_memory_kb: b"MemTotal: 15666184 kB\nMemFree: 440324 kB\nMemAvailable: 1020128 kB\n",
    parse_swap_kb: b"SwapTotal: 100 kB\nSwapFree: 90 kB\n",
    parse_oom_kills: b"nr_free_pages 1\noom_kill 3\n",
    lambda text: parse_disks(text, {"sda"}): DISK,
    parse_network_bytes: b"head\n  eth0: 874354587 1 2 3 4 5 6 7 563352563 1 2 3 4 5 6 7\n",
    parse_last_pid: b"0.02 0.04 0.05 1/497 11947\n",
    parse_stalled_us: b"some avg10=0.10 avg60=2.00 avg300=3.85 total=15\nfull avg10=0.0 total=25\n",
    parse_mounts: b"27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n",
    parse_pid_stat: b"26231 (vim) R 5392 7446 5392 34835 7446 4218880 32533 309516 26 82 1677 44"
    b" 158 99 20 0 1 0 82375 56274944 1981 18446744073709551615\n",
    parse_resident_pages: b"23 1981 0 0 0 0 0\n",
    parse_io_bytes: b"rchar: 750339\nread_bytes: 1024\nwrite_bytes: 2048\n",
    parse_control_groups: b"4:memory:/init.scope\n0::/user.slice\n",
    parse_words: b"vim\0test.go\0",
    lambda text: parse_variable(text, b"GITHUB_ACTION"): b"A=b\0GITHUB_ACTION=__run\0",
    v2.parse_cpu_max: b"4800000 100000\n",
    v2.parse_memory_max: b"103079215104\n",
    v2.parse_cpu_stat: b"usage_usec 1000000\nthrottled_usec 50000\n",
    v2.parse_cached_files: b"anon 1\ninactive_file 2935459840\nactive_file 1\n",
    v2.parse_oom_kills: b"low 0\noom_kill 7\n",
    lambda text: v1.parse_cpu_quota(text, text): b"100000\n",
    v1.parse_memory_limit: b"4294967296\n",
    v1.parse_cpu_usage: b"98701325189\n",
    v1.parse_throttled: b"nr_periods 1\nthrottled_time 2000\n",
    v1.parse_cached_files: b"total_inactive_file 1\ntotal_active_file 2\n",
    v1.parse_oom_kills: b"oom_kill_disable 0\noom_kill 2\n",
}
NAMES = [getattr(parser, "__name__", "") + f"-{at}" for at, parser in enumerate(PARSERS)]


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, (int, float)):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from numbers(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from numbers(each)


@st.composite
def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """A real text with a piece cut out and another put in."""
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    pieces = st.sampled_from(
        [b"-1", b"9" * 5000, b"\n", b"\0", b"(", b")", b":", b" ", b"max", b"/"]
    )
    return text[:start] + draw(st.one_of(st.binary(max_size=8), pieces)) + text[end:]


@pytest.mark.parametrize(("parser", "text"), PARSERS.items(), ids=NAMES)
def test_any_input_is_answered(parser: Callable[[bytes], object], text: bytes):
    @settings(max_examples=60)
    @given(st.one_of(st.binary(), damaged(text)))
    def answers(given_text: bytes) -> None:
        assert all(number >= 0 for number in numbers(parser(given_text)))

    assert any(numbers(parser(text))) or parser(text)
    answers()
