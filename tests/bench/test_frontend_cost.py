"""What a delivery may cost the frontend on Azure Storage Queue: CPU and memory, with its libraries.

The demand is 200 µs on a machine on which uvicorn with a bare application that checks the signature
takes 66 µs. So it is a ratio, and both are measured side by side.
"""

import sys
from collections.abc import Iterator
from statistics import median

import pytest

from bench.frontend import (
    OURS_AZURE,
    SIGNED_FLOOR,
    Server,
    delivery_body,
    load_in_turns,
    servers_in,
    signed_request,
)
from bench.machine import memory_mib

pytestmark = [pytest.mark.slow, pytest.mark.timed]

ROUNDS = 5
DELIVERIES = 2_000
MOST_MICROSECONDS, MICROSECONDS_OF_FLOOR = 200, 66
MOST_MEGABYTES = 120
BYTES_PER_MIB, BYTES_PER_MEGABYTE = 1 << 20, 1_000_000


@pytest.fixture
def floor_and_ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two servers that have taken the same deliveries over 64 connections, in turns."""
    folder = tmp_path_factory.mktemp("frontend")
    with servers_in(folder, SIGNED_FLOOR, OURS_AZURE) as servers:
        if len(servers) == 1:
            pytest.skip("no Azurite: `make test` fetches it (npm ci)")
        load_in_turns(servers, signed_request(delivery_body()), ROUNDS, DELIVERIES)
        floor, ours = servers
        yield floor, ours


def test_a_delivery_on_azures_queue_costs_little_more_than_its_signature_and_little_memory(
    floor_and_ours: tuple[Server, Server], capsys: pytest.CaptureFixture[str]
):
    floor, ours = (median(server.cpu_microseconds) for server in floor_and_ours)
    megabytes = memory_mib(floor_and_ours[1].pid) * BYTES_PER_MIB / BYTES_PER_MEGABYTE
    with capsys.disabled():
        sys.stdout.write(f"\n{ours:.0f} µs a delivery, {ours / floor:.2f} of the floor {floor:.0f}")
        sys.stdout.write(f"\n{megabytes:.0f} MB after {floor_and_ours[1].taken:,} deliveries")
    assert [server.refused for server in floor_and_ours] == [0, 0]
    assert ours / floor <= MOST_MICROSECONDS / MICROSECONDS_OF_FLOOR
    assert megabytes <= MOST_MEGABYTES
