"""Limits and use of control groups, in folders like a kernel's: version 1, 2, and both."""

from pathlib import Path

import pytest

from src.sampler.cgroup.control_group import ControlGroup, find_control_group
from src.sampler.proc.mountinfo import Mount
from src.sampler.proc.pid_cgroup import UNIFIED

GIB = 2**30
NO_STALLS = (None,) * 5
V1_UNLIMITED = "9223372036854771712\n"


def mount(folder: Path, kind: str, *, root: str = "/", options: str = "rw") -> Mount:
    return Mount(
        device="0:30", root=root, point=str(folder), kind=kind, source=kind, options=options
    )


def write(folder: Path, **files: object) -> None:
    """Files by name, `_` for each dot but in names that have one themselves."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        controller, _, rest = name.partition("_")
        (folder / f"{controller}.{rest}").write_text(f"{text}\n")


def v2(folder: Path, path: str, *, is_container: bool = False, root: str = "/") -> ControlGroup:
    mounts = [mount(folder, "cgroup2", root=root)]
    return find_control_group(mounts, {UNIFIED: path}, is_container=is_container)


def v2_files(folder: Path, cpu_max: str = "max 100000", memory_max: str = "max") -> None:
    write(
        folder,
        cpu_max=cpu_max,
        cpu_stat="usage_usec 5000000\nuser_usec 1\nthrottled_usec 70000",
        memory_max=memory_max,
        memory_current=3 * GIB,
        memory_stat=f"anon 5\ninactive_file {GIB // 4}\nactive_file {3 * GIB // 4}",
        memory_events="oom 4\noom_kill 2",
        cpu_pressure=pressure(1, 2),
        memory_pressure=pressure(3, 4),
        io_pressure=pressure(5, 6),
    )


def pressure(some_us: int, full_us: int) -> str:
    averages = "avg10=0.00 avg60=0.00 avg300=0.00"
    return f"some {averages} total={some_us}\nfull {averages} total={full_us}"


def test_without_any_group_nothing_is_limited_or_known():
    group = find_control_group([], {}, is_container=False)

    assert (group.limit_cores, group.limit_kb) == (None, None)
    assert group.read_cpu_us() == group.read_memory() == (None, None)
    assert group.read_stalled_us() == NO_STALLS


def test_version_2_limits_and_use(tmp_path: Path):
    v2_files(tmp_path / "job", cpu_max="150000 100000", memory_max=str(4 * GIB))

    group = v2(tmp_path, "/job")

    assert (group.limit_cores, group.limit_kb) == (1.5, 4 * GIB // 1024)
    assert group.read_cpu_us() == (5_000_000, 70_000)
    assert group.read_memory() == (2 * GIB // 1024, 2)


def test_version_2_tells_its_own_stalls(tmp_path: Path):
    v2_files(tmp_path / "job", memory_max=str(4 * GIB))

    assert v2(tmp_path, "/job").read_stalled_us() == (1, 3, 5, 4, 6)


def test_a_kernel_without_pressure_tells_no_stalls(tmp_path: Path):
    v2_files(tmp_path / "job", memory_max=str(4 * GIB))
    for file in (tmp_path / "job").glob("*.pressure"):
        file.unlink()

    assert v2(tmp_path, "/job").read_stalled_us() == NO_STALLS


def test_any_limit_on_the_way_up_limits(tmp_path: Path):
    v2_files(tmp_path / "pod", cpu_max="200000 100000", memory_max=str(2 * GIB))
    v2_files(tmp_path / "pod/job", cpu_max="400000 100000", memory_max=str(8 * GIB))
    v2_files(tmp_path / "pod/job/step")

    group = v2(tmp_path, "/pod/job/step")

    assert (group.limit_cores, group.limit_kb) == (2.0, 2 * GIB // 1024)


def test_the_group_with_the_limit_is_the_one_that_is_read(tmp_path: Path):
    v2_files(tmp_path / "pod", cpu_max="200000 100000")
    v2_files(tmp_path / "pod/job")
    write(tmp_path / "pod/job", cpu_stat="usage_usec 1\nthrottled_usec 0", memory_current=0)
    write(tmp_path / "pod/job", cpu_pressure=pressure(70, 70), io_pressure=pressure(70, 70))

    group = v2(tmp_path, "/pod/job")

    assert group.read_cpu_us() == (5_000_000, 70_000)
    assert group.read_memory() == (2 * GIB // 1024, 2)  # where CPU is limited
    assert group.read_stalled_us() == (1, 3, 5, 4, 6)


def test_what_is_not_limited_and_no_container_is_not_read(tmp_path: Path):
    v2_files(tmp_path / "job")

    assert v2(tmp_path, "/job").read_cpu_us() == (None, None)


def test_a_container_without_limits_is_read_at_its_top(tmp_path: Path):
    v2_files(tmp_path)
    v2_files(tmp_path / "init")
    write(tmp_path / "init", cpu_stat="usage_usec 1\nthrottled_usec 0")

    group = v2(tmp_path, "/init", is_container=True)

    assert group.limit_cores is None
    assert group.read_cpu_us() == (5_000_000, 70_000)


def test_a_container_that_sees_the_machine_s_groups_is_read_at_its_own(tmp_path: Path):
    v2_files(tmp_path)
    write(tmp_path, cpu_stat="usage_usec 900000000", cpu_pressure=pressure(900, 900))
    v2_files(tmp_path / "docker/1f2e")
    mounts, paths = [mount(tmp_path, "cgroup2")], {UNIFIED: "/docker/1f2e"}

    group = find_control_group(mounts, paths, is_container=True, has_all_groups=True)

    assert group.read_cpu_us() == (5_000_000, 70_000)
    assert group.read_stalled_us() == (1, 3, 5, 4, 6)


@pytest.mark.parametrize("path", ["/docker/1f2e", "/../other", "/"])
def test_what_is_mounted_is_the_group_itself_or_all_that_can_be_seen(tmp_path: Path, path: str):
    v2_files(tmp_path, cpu_max="50000 100000")

    assert v2(tmp_path, path, root="/docker/1f2e").limit_cores == 0.5


def v1_mounts(folder: Path) -> list[Mount]:
    return [
        mount(folder / "cpu", "cgroup", options="rw,cpu,cpuacct"),
        mount(folder / "memory", "cgroup", options="rw,memory"),
        mount(folder / "systemd", "cgroup", options="rw,xattr,name=systemd"),
        mount(folder / "unified", "cgroup2"),
    ]


V1_PATHS = {"cpu": "/job", "cpuacct": "/job", "memory": "/job", UNIFIED: "/"}


def v1_files(folder: Path, *, quota_us: int = -1, limit: str = V1_UNLIMITED) -> None:
    write(
        folder / "cpu/job",
        cpu_cfs_quota_us=quota_us,
        cpu_cfs_period_us=100000,
        cpu_stat="nr_throttled 3\nthrottled_time 70000000",
        cpuacct_usage=5_000_000_000,
    )
    write(
        folder / "memory/job",
        memory_limit_in_bytes=limit,
        memory_usage_in_bytes=3 * GIB,
        memory_stat=f"active_file 7\ntotal_inactive_file {GIB}\ntotal_active_file 0",
        memory_oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 2",
    )


def test_version_1_limits_and_use_beside_an_empty_version_2(tmp_path: Path):
    v1_files(tmp_path, quota_us=150000, limit=str(4 * GIB))

    group = find_control_group(v1_mounts(tmp_path), V1_PATHS, is_container=False)

    assert (group.limit_cores, group.limit_kb) == (1.5, 4 * GIB // 1024)
    assert group.read_cpu_us() == (5_000_000, 70_000)
    assert group.read_memory() == (2 * GIB // 1024, 2)
    assert group.read_stalled_us() == NO_STALLS


def test_version_1_says_unlimited_by_large_numbers_and_by_negative_ones(tmp_path: Path):
    v1_files(tmp_path)

    group = find_control_group(v1_mounts(tmp_path), V1_PATHS, is_container=False)

    assert (group.limit_cores, group.limit_kb) == (None, None)


def test_a_controller_may_be_in_version_2_while_another_is_in_version_1(tmp_path: Path):
    v1_files(tmp_path, quota_us=150000)
    v2_files(tmp_path / "unified", memory_max=str(4 * GIB))
    mounts = [each for each in v1_mounts(tmp_path) if "memory" not in each.options]

    group = find_control_group(mounts, V1_PATHS, is_container=False)

    assert (group.limit_cores, group.limit_kb) == (1.5, 4 * GIB // 1024)
    assert group.read_memory() == (2 * GIB // 1024, 2)
