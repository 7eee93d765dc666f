"""Limited runners, first come, first served."""

from src.simulate.pools import Pool
from src.simulate.runners import BUILD_POOL, UBUNTU


def test_the_first_to_wait_is_the_first_served():
    pool = Pool[str](BUILD_POOL, 40)
    for who in ("first", "second", "third"):
        pool.wait(who)
    (one, runner), (two, _) = pool.match(), pool.match()
    assert (one, two) == ("first", "second")
    assert pool.match() is None  # two machines, both busy
    pool.release(runner)
    assert pool.match() == ("third", runner)


def test_more_runs_get_more_runners():
    pool = Pool[int](BUILD_POOL, 400)
    for who in range(100):
        pool.wait(who)
    served = 0
    while pool.match():
        served += 1
    assert served == 10 * BUILD_POOL.runners


def test_runners_of_different_pools_differ():
    runners = []
    for blueprint in (BUILD_POOL, UBUNTU):
        pool = Pool[str](blueprint, 40)
        pool.wait("job")
        runners.append(pool.match()[1])
    assert runners[0].id != runners[1].id
    assert [runner.name for runner in runners] == [
        "build-pool-1-vm1",
        f"GitHub Actions {runners[1].id}",
    ]
