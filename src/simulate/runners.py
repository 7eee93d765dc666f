"""The organisation's runners: hosted images in plenty, and two scarce pools. Data only."""

from .blueprints import MachineBlueprint, PoolBlueprint

HOSTED_MACHINE = MachineBlueprint(
    cpus=4, memory_mib=15_990, swap_mib=4_096, disk="sda", disk_gib=72, disk_free_gib=21.3
)
BUILD_MACHINE = MachineBlueprint(
    cpus=8, memory_mib=32_090, disk="nvme0n1", disk_gib=256, disk_free_gib=118.0
)
DEVICE_MACHINE = MachineBlueprint(
    cpus=4,
    memory_mib=3_790,
    disk="mmcblk0",
    disk_gib=29,
    disk_free_gib=11.5,
    system="Linux 6.6 aarch64",
)


def _hosted(image: str, runners: int, machine: MachineBlueprint | None) -> PoolBlueprint:
    name = "GitHub Actions {id}"
    return PoolBlueprint((image,), runners, 0, "GitHub Actions", name, (3, 9), machine)


def _self_hosted(
    pool: str, system: str, runners: int, group_id: int, machine: MachineBlueprint
) -> PoolBlueprint:
    labels = ("self-hosted", system, f"ManagedDevOps.Pool={pool}")
    return PoolBlueprint(labels, runners, group_id, pool, pool + "-vm{number}", (4, 12), machine)


UBUNTU = _hosted("ubuntu-latest", 16, HOSTED_MACHINE)
WINDOWS = _hosted("windows-latest", 4, None)
BUILD_POOL = _self_hosted("build-pool-1", "Linux", 2, 7, BUILD_MACHINE)
DEVICE_POOL = _self_hosted("device-lab", "Linux", 1, 8, DEVICE_MACHINE)

RUNNERS_AT_MOST = 1_000_000  # in a pool; runners of different pools must not share an id
FIRST_RUNNER_ID = {
    pool: number * RUNNERS_AT_MOST
    for number, pool in enumerate((UBUNTU, WINDOWS, BUILD_POOL, DEVICE_POOL), 1)
}
