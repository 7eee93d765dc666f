from pathlib import Path

from src.sampler.cgroup import v2


def test_a_quota_is_a_number_of_cores():
    assert v2.parse_cpu_max(b"4800000 100000\n") == 48
    assert v2.parse_cpu_max(b"max 100000\n") is None
    assert v2.parse_cpu_max(b"1 0\n") is None
    assert v2.parse_cpu_max(b"") is None


def test_no_limit_of_memory_is_a_word():
    assert v2.parse_memory_max(b"103079215104\n") == 103079215104
    assert v2.parse_memory_max(b"max\n") is None


def test_texts_of_other_tests_parse(corpus: Path):
    folder = corpus / "proc" / "opencontainers-cgroups"
    cpu = (folder / "fs2-fs2_test.go.exampleCPUStatData").read_bytes()
    memory = (folder / "fs2-memory_test.go.exampleMemoryStatData").read_bytes()

    assert v2.parse_cpu_stat(cpu) == (1_000_000, 50_000)
    assert v2.parse_cached_files(memory) == 5307346944 + 1179316224
    assert v2.parse_cached_files(memory.replace(b"\nactive_file", b"\nx")) is None
