"""What becomes of batches on their way: some in, the same in another order, twice or never out."""

from collections.abc import Iterable
from random import Random

from ..model.samples import Batch


def disordered(
    rng: Random,
    batches: Iterable[Batch],
    *,
    late_share: float = 0.2,
    doubled_share: float = 0.2,
    missing_share: float = 0.0,
) -> list[Batch]:
    """Late batches come after all others, doubled ones twice, missing ones never."""
    in_time: list[Batch] = []
    late: list[Batch] = []
    for batch in batches:
        if rng.random() < missing_share:
            continue
        where = late if rng.random() < late_share else in_time
        where.extend([batch] * (2 if rng.random() < doubled_share else 1))
    rng.shuffle(late)
    return in_time + late
