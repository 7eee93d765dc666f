from __future__ import annotations

from src.analysis.build_metrics import BUILD_METRICS, build_metrics
from src.analysis.usage import Usage
from tests.analysis.used import MIB, used


def test_the_seventeen_have_their_names_and_formulas():
    usage = used(
        seconds=2000.0,
        covered_seconds=2000.0,
        cpu_percent_mean=45.04,
        memory_max_bytes=4200 * MIB,
        memory_delta_bytes=-1500 * MIB,
        disk_read_bytes=150 * MIB,
        disk_written_bytes=25_600 * MIB,
        disk_reads=11_999.6,
        disk_writes=89_000.2,
        disk_read_bytes_per_second=0.075 * MIB,
        disk_written_bytes_per_second=12.8 * MIB,
        disk_utilisation_percent=65.0,
        disk_await_ms=3.0,
        disk_queue_depth=1.2,
        network_received_bytes=890 * MIB,
        network_sent_bytes=5 * MIB,
        network_received_bytes_per_second=0.445 * MIB,
        network_sent_bytes_per_second=0.0021 * MIB,
    )
    assert build_metrics(usage) == {
        "duration_s": 2000.0,
        "cpu_percent": 45.0,
        "memory_used_mb": 4200.0,
        "memory_delta_mb": -1500.0,
        "disk_read_mb": 150.0,
        "disk_write_mb": 25_600.0,
        "disk_read_ops": 12_000,
        "disk_write_ops": 89_000,
        "disk_read_rate_mbs": 0.075,
        "disk_write_rate_mbs": 12.8,
        "disk_util_percent": 65.0,
        "await_ms": 3.0,
        "queue_depth": 1.2,
        "net_rx_mb": 890.0,
        "net_tx_mb": 5.0,
        "net_rx_rate_mbs": 0.445,
        "net_tx_rate_mbs": 0.002,
    }
    assert len(BUILD_METRICS) == 17


def test_nothing_is_floored_to_whole_megabytes():
    assert build_metrics(used(disk_written_bytes=600 * 1024))["disk_write_mb"] == 0.59


def test_what_is_unknown_is_none_not_0():
    assert set(build_metrics(Usage()).values()) == {None}
