"""The organisation's runners: hosted images in plenty, and two scarce pools. Data only."""

from .blueprints import PoolBlueprint


def _hosted(image: str, runners: int) -> PoolBlueprint:
    name = "GitHub Actions {id}"
    return PoolBlueprint((image,), runners, 0, "GitHub Actions", name, (3, 9))


def _self_hosted(pool: str, system: str, runners: int, group_id: int) -> PoolBlueprint:
    labels = ("self-hosted", system, f"ManagedDevOps.Pool={pool}")
    return PoolBlueprint(labels, runners, group_id, pool, pool + "-vm{number}", (4, 12))


UBUNTU = _hosted("ubuntu-latest", 16)
WINDOWS = _hosted("windows-latest", 4)
BUILD_POOL = _self_hosted("build-pool-1", "Linux", 2, 7)
DEVICE_POOL = _self_hosted("device-lab", "Linux", 1, 8)

RUNNERS_AT_MOST = 1_000_000  # in a pool; runners of different pools must not share an id
FIRST_RUNNER_ID = {
    pool: number * RUNNERS_AT_MOST
    for number, pool in enumerate((UBUNTU, WINDOWS, BUILD_POOL, DEVICE_POOL), 1)
}
