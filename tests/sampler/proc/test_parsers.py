"""The rules of counting, each on a text that breaks a careless reader."""

import pytest

from src.sampler.proc.diskstats import parse_disks, whole_disks
from src.sampler.proc.fields import labelled, whole
from src.sampler.proc.loadavg import parse_last_pid
from src.sampler.proc.meminfo import parse_memory_kb, parse_swap_kb
from src.sampler.proc.mountinfo import parse_mounts
from src.sampler.proc.net_dev import leads_out, parse_network_bytes
from src.sampler.proc.pid_cgroup import UNIFIED, parse_control_groups
from src.sampler.proc.pid_cmdline import parse_words
from src.sampler.proc.pid_environ import parse_variable
from src.sampler.proc.pid_io import parse_io_bytes
from src.sampler.proc.pid_stat import parse_pid_stat
from src.sampler.proc.pid_statm import parse_resident_pages
from src.sampler.proc.pressure import parse_stalled_us
from src.sampler.proc.stat import count_cpus, parse_cpu_ticks
from src.sampler.proc.vmstat import parse_oom_kills


@pytest.mark.parametrize(
    ("word", "number"),
    [
        (b"0", 0),
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", None),
        (b"18446744073709551615", None),
        (b"-1", None),
        (b"1_000", None),
        (b"", None),
        (b"max", None),
    ],
)
def test_whole_numbers(word: bytes, number: int | None):
    assert whole(word) == number


def test_a_label_begins_a_line_and_is_whole():
    text = b"oom_kill_disable 1\nnot oom_kill 2\noom_kill 3\n"
    assert labelled(text, b"oom_kill ") == 3
    assert labelled(b"oom_kill 4", b"oom_kill ") == 4
    assert labelled(b"oom_kill \nother 5\n", b"oom_kill ") is None
    assert labelled(b"", b"oom_kill ") is None


def test_guest_is_inside_user_and_counts_once():
    assert parse_cpu_ticks(b"cpu 1 2 4 8 16 32 64 128 1000 2000\n") == (3, 100, 8, 16, 128)


def test_an_old_kernel_tells_no_steal():
    assert parse_cpu_ticks(b"cpu 1 2 4 8 16 32 64\n") == (3, 100, 8, 16, None)


def test_too_few_columns_are_no_data():
    assert parse_cpu_ticks(b"cpu 1 2 4 8\n") is None


def test_cpus_may_have_gaps():
    assert count_cpus(b"cpu 9\ncpu0 1\ncpu2 1\ncpu17 1\nctxt 5\n") == 3


def test_memory_used_is_what_is_not_available():
    text = b"MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable: 30 kB\n"
    assert parse_memory_kb(text) == (100, 70)


@pytest.mark.parametrize("available", [b"", b"MemAvailable: -1 kB\n"])
def test_memory_used_is_unknown_where_available_is(available: bytes):
    assert parse_memory_kb(b"MemTotal: 100 kB\nMemFree: 1 kB\n" + available) == (100, None)


def test_swap():
    assert parse_swap_kb(b"SwapCached: 7 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n") == (50, 30)


def test_out_of_memory_kills():
    assert parse_oom_kills(b"pgfault 1\noom_kill 2\n") == 2


def disk_line(name: str, *counters: int) -> str:
    return f"   8       0 {name} " + " ".join(str(counter) for counter in counters)


def test_a_disk_is_told_of_in_the_order_of_a_batch():
    line = disk_line("sda", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    assert parse_disks(line.encode(), {"sda"}) == {"sda": (1, 3, 4, 5, 7, 8, 10, 11)}


def test_only_disks_that_were_asked_for_are_told_of():
    lines = "\n".join(disk_line(name, *range(11)) for name in ("sda", "sda1", "nvme0n1"))
    assert parse_disks(lines.encode(), {"sda", "nvme0n1"}).keys() == {"sda", "nvme0n1"}


def test_an_old_partition_s_four_counters_are_passed_over():
    assert parse_disks(disk_line("hda1", 1, 2, 3, 4).encode(), {"hda1"}) == {}


def test_whole_disks_do_their_own_work():
    names = ["sda", "nvme0n1", "mmcblk0", "dm-0", "md127", "loop3", "zram0", "ram1"]
    assert whole_disks(names) == {"sda", "nvme0n1", "mmcblk0"}


def net_line(name: str, received: int, sent: int) -> bytes:
    return f"{name:>6}:{received} 1 0 0 0 0 0 0 {sent} 1 0 0 0 0 0 0\n".encode()


def test_only_what_leads_out_counts():
    inner = ["lo", "veth12ab", "docker0", "br-1f2e", "virbr0", "cni0", "flannel.1"]
    text = b"Inter-|   Receive\n face |bytes\n"
    text += b"".join(net_line(name, 1000, 1000) for name in inner)
    text += net_line("eth0", 5, 7) + net_line("wlan0", 50, 70)
    assert parse_network_bytes(text) == (55, 77)
    assert not any(leads_out(name.encode()) for name in inner)


def test_a_machine_without_a_way_out_has_sent_nothing():
    assert parse_network_bytes(net_line("lo", 9, 9)) == (0, 0)
    assert parse_network_bytes(b"Inter-| Receive\n face |bytes\n") is None


def test_the_last_process_id():
    assert parse_last_pid(b"0.02 0.04 0.05 1/497 11947\n") == 11947
    assert parse_last_pid(b"0.02 0.04 0.05\n") is None


def test_pressure_may_lack_its_second_line():
    assert parse_stalled_us(b"some avg10=0.10 avg60=2.00 avg300=3.85 total=15\n") == (15, None)
    assert parse_stalled_us(b"") == (None, None)


def test_mounts_are_unescaped():
    text = b"27 1 254:0 /a\\040b /mnt/x\\134y rw shared:1 master:2 - ext4 /dev/vda rw\nhalf a line"
    (mount,) = parse_mounts(text)
    assert (mount.device, mount.root, mount.point) == ("254:0", "/a b", "/mnt/x\\y")
    assert (mount.kind, mount.source, mount.options) == ("ext4", "/dev/vda", "rw")


def stat_line(comm: str) -> bytes:
    numbers = " ".join(str(number) for number in range(4, 53))
    return f"77 ({comm}) S {numbers}\n".encode()


@pytest.mark.parametrize("comm", ["vim", "a b) S 1 (c", ") R 1 2", "(", ")", "", "two\nlines"])
def test_a_process_may_be_called_anything(comm: str):
    assert parse_pid_stat(stat_line(comm)) == (comm.encode(), 4, 14 + 15, 16 + 17, 22, 24)


def test_a_process_s_memory_and_storage():
    assert parse_resident_pages(b"100 30 20 1 0 40 0\n") == 30
    text = b"rchar: 9\nwchar: 9\nread_bytes: 1\nwrite_bytes: 2\ncancelled_write_bytes: 1\n"
    assert parse_io_bytes(text) == (1, 2)


def test_one_variable_and_no_other():
    text = b"X_GITHUB_ACTION=no\0GITHUB_ACTIONS=true\0GITHUB_ACTION=__run_2\0Z=1\0"
    assert parse_variable(text, b"GITHUB_ACTION") == "__run_2"
    assert parse_variable(b"GITHUB_ACTION=x", b"GITHUB_ACTION") == "x"
    assert parse_variable(b"X_GITHUB_ACTION=no\0", b"GITHUB_ACTION") is None


def test_control_groups_of_both_versions():
    text = b"8:cpu,cpuacct:/a\n4:memory:/with:colon\n1:name=systemd:/\n0::/user.slice\nodd\n"
    assert parse_control_groups(text) == {
        "cpu": "/a",
        "cpuacct": "/a",
        "memory": "/with:colon",
        "name=systemd": "/",
        UNIFIED: "/user.slice",
    }


def test_words_of_a_command():
    assert parse_words(b"vim\0a b\0") == ["vim", "a b"]
    assert parse_words(b"") == []
