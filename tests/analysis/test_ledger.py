from src.analysis.ledger import Ledger
from src.model.samples import LONGEST_NAME, MOST_OWNERS, ProcessGroup

INIT, WORKER, SHELL, MAKE, CHILD, GRANDCHILD = 1, 50, 100, 110, 120, 130


def reading(
    pid: int,
    parent: int = SHELL,
    *,
    cpu: int = 0,
    children: int = 0,
    key: str | None = None,
    name: str = "sh",
    kb: int = 1,
    io: tuple[int | None, int | None] = (None, None),
    start: int | None = None,
) -> tuple:
    start = pid if start is None else start
    return (pid, start, parent, key, name, cpu, children, kb, *io, 1_000_000 + start)


def worker(children: int = 0) -> tuple:
    return reading(WORKER, INIT, name="Runner.Worker", children=children)


def shell(cpu: int = 0, children: int = 0, **others: object) -> tuple:
    return reading(SHELL, WORKER, key="__run", cpu=cpu, children=children, **others)


def init(children: int = 0) -> tuple:
    return reading(INIT, 0, name="init", children=children)


def ledger_of(*ticks: list[tuple], before: tuple = (init(), worker())) -> Ledger:
    """A ledger that has seen an idle machine, then these."""
    ledger = Ledger()
    for readings in (before, *ticks):
        ledger.tick(readings)
    return ledger


def cpu_of(ledger: Ledger) -> dict[str, int]:
    return {owner.key: owner.cpu_ticks[-1] for owner in ledger.owners()}


def group(ledger: Ledger, name: str, owner: str = "__run") -> ProcessGroup:
    [found] = [g for g in ledger.processes() if (g.owner, g.name) == (owner, name)]
    return found


def unseen(ledger: Ledger) -> dict[str, int]:
    """What is laid to children that nobody saw, by their reapers' name."""
    named = {g.name: g.cpu_ticks[-1] for g in ledger.processes()}
    return {name: ticks for name, ticks in named.items() if "children" in name}


def test_what_lived_before_counts_from_the_first_tick():
    ledger = Ledger()
    ledger.tick([shell(cpu=70, children=500, kb=30)])
    ledger.tick([shell(cpu=75, children=500, kb=40)])

    [owner] = ledger.owners()
    assert (owner.key, owner.born_ms) == ("__run", 1_000_000 + SHELL)
    assert (owner.cpu_ticks, owner.resident_kb) == ([0, 5], [30, 40])


def test_what_is_born_later_counts_whole_with_the_children_it_has_reaped():
    ledger = ledger_of([worker(), shell(cpu=7, children=20)])

    assert cpu_of(ledger) == {"__run": 27}
    assert group(ledger, "sh").cpu_ticks == (0, 7)
    assert group(ledger, "sh (children)").cpu_ticks == (0, 20)


def test_a_child_that_was_seen_is_not_counted_again_when_it_is_reaped():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=50, name="cc")],
        [worker(), shell(children=80)],
    )

    assert cpu_of(ledger) == {"__run": 80}
    assert group(ledger, "cc").cpu_ticks == (0, 50, 50)
    assert group(ledger, "sh (children)").cpu_ticks == (0, 30)


def test_a_grandchild_that_died_with_its_parent_is_in_the_same_rise():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=5), reading(GRANDCHILD, CHILD, cpu=50)],
        [worker(), shell(children=60)],
    )

    assert cpu_of(ledger) == {"__run": 60}


def test_a_grandchild_that_was_reaped_earlier_is_part_of_its_parent():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=5), reading(GRANDCHILD, CHILD, cpu=50)],
        [worker(), shell(), reading(CHILD, cpu=6, children=55)],
        [worker(), shell(children=62)],
    )

    assert cpu_of(ledger) == {"__run": 62}


def test_a_whole_life_below_a_child_that_nobody_saw_counts_once():
    ledger = ledger_of([worker(), shell()], [worker(), shell(children=500)])

    assert cpu_of(ledger) == {"__run": 500}


def test_the_last_moments_of_a_step_s_shell_are_its_own_though_the_worker_has_no_owner():
    ledger = ledger_of([worker(), shell(cpu=10)], [worker(children=40)])

    assert cpu_of(ledger) == {"__run": 40}
    assert group(ledger, "Runner.Worker (children)").cpu_ticks == (0, 30)


def test_what_the_worker_reaps_of_several_steps_at_once_is_shared():
    second = reading(SHELL + 1, WORKER, key="__run_2")
    ledger = ledger_of([worker(), shell(), second], [worker(children=21)])

    assert cpu_of(ledger) == {"__run": 11, "__run_2": 10}


def test_what_the_worker_reaps_of_several_steps_at_once_is_shared_by_their_last_pace():
    busy, idle = shell(cpu=90), reading(SHELL + 1, WORKER, key="__run_2", cpu=10)
    ledger = ledger_of([worker(), busy, idle], [worker(children=151)])

    assert cpu_of(ledger) == {"__run": 90 + 46, "__run_2": 10 + 5}


def test_a_step_that_left_nothing_to_count_is_no_heir_for_long():
    second = reading(SHELL + 1, WORKER, key="__run_2")
    idle = worker()
    ledger = ledger_of([idle, shell()], [idle], [idle], [idle, second], [worker(children=30)])

    assert cpu_of(ledger) == {"__run": 0, "__run_2": 30}


def test_of_two_steps_that_may_have_left_something_it_is_the_one_that_died_last():
    second = reading(SHELL + 1, WORKER, key="__run_2")
    ledger = ledger_of([worker(), shell()], [worker(), second], [worker(children=30)])

    assert cpu_of(ledger) == {"__run": 0, "__run_2": 30}


def test_a_worker_s_own_children_are_nobody_s():
    ledger = ledger_of([worker(children=9)])

    assert cpu_of(ledger) == {}
    assert group(ledger, "Runner.Worker (children)", owner="").cpu_ticks == (0, 9)


def test_a_reaper_that_was_read_just_before_it_reaped_rises_a_tick_later():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=50)],
        [worker(), shell(cpu=1)],
        [worker(), shell(cpu=1, children=50)],
    )

    assert cpu_of(ledger) == {"__run": 51}


def test_a_reaper_that_is_not_read_anew_is_waited_for():
    idle = shell()
    ledger = ledger_of(
        [worker(), idle, reading(CHILD, cpu=50)],
        *([[worker(), idle]] * 5),
        [worker(), shell(children=50)],
    )

    assert cpu_of(ledger) == {"__run": 50}


def test_no_claim_waits_for_ever():
    idle = shell()
    ledger = ledger_of(
        [worker(), idle, reading(CHILD, cpu=50)],
        *([[worker(), idle]] * 100),
        [worker(), shell(children=60)],
    )

    assert cpu_of(ledger) == {"__run": 110}


def test_who_ignores_the_death_of_children_has_later_ones_counted():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=50)],
        [worker(), shell(cpu=1)],
        [worker(), shell(cpu=2)],
        [worker(), shell(cpu=2, children=60)],
    )

    assert cpu_of(ledger) == {"__run": 112}


def test_a_daemon_keeps_its_owner_and_init_reaps_nothing_new():
    ledger = ledger_of(
        [init(), worker(), shell(), reading(CHILD, SHELL, cpu=10, name="gradle")],
        [init(), worker(), reading(CHILD, INIT, cpu=30, name="gradle")],
        [init(), worker(), reading(CHILD, INIT, cpu=90, name="gradle")],
        [init(children=95), worker()],
    )

    assert cpu_of(ledger) == {"__run": 95}


def test_what_outlived_its_parent_by_less_than_a_tick_is_found_at_init():
    ledger = ledger_of(
        [init(), worker(), shell(cpu=5), reading(CHILD, SHELL, cpu=50)],
        [init(children=52), worker(children=6)],
    )

    assert cpu_of(ledger) == {"__run": 58}


def test_what_a_parent_reaped_before_it_died_is_told_from_what_it_left_to_init():
    left, reaped = reading(GRANDCHILD, CHILD, cpu=10), reading(GRANDCHILD + 1, CHILD, cpu=50)
    ledger = ledger_of(
        [init(), worker(), shell(), reading(CHILD, cpu=5), left, reaped],
        [init(children=10), worker(), shell(children=55)],
    )

    assert (cpu_of(ledger), unseen(ledger)) == ({"__run": 65}, {})


def test_a_child_s_own_claim_comes_before_those_below_it():
    ledger = ledger_of(
        [init(), worker(), shell(), reading(CHILD, cpu=40), reading(GRANDCHILD, CHILD, cpu=50)],
        [init(children=50), worker(), shell(children=55)],
    )

    assert (cpu_of(ledger), unseen(ledger)) == ({"__run": 105}, {"sh (children)": 15})


def test_a_parent_that_is_a_zombie_has_left_its_children_to_init():
    ledger = ledger_of(
        [init(), worker(), shell(kb=9), reading(CHILD, cpu=50)],
        [init(children=50), worker(), shell(kb=0)],
    )

    assert (cpu_of(ledger), unseen(ledger)) == ({"__run": 50}, {})


def test_a_child_that_is_first_seen_when_its_parent_is_gone_is_still_its_child():
    ledger = ledger_of([worker(), shell()], [worker(), reading(CHILD, SHELL, cpu=3)])

    assert cpu_of(ledger) == {"__run": 3}


def test_a_double_fork_is_owned_by_its_own_environment():
    ledger = ledger_of([reading(INIT, 0), worker(), reading(CHILD, INIT, key="__run", cpu=3)])

    assert cpu_of(ledger) == {"__run": 3}


def test_an_environment_that_sudo_strips_is_looked_for_above():
    sudo = reading(MAKE, SHELL, key=None, name="sudo", cpu=1)
    apt = reading(CHILD, MAKE, key=None, name="apt-get", cpu=20)
    # However they are listed: with the numbers of processes starting anew, a child may come first.
    ledger = ledger_of([apt, sudo, worker(), shell()])

    assert cpu_of(ledger) == {"__run": 21}


def test_who_gets_a_key_by_running_another_program_counts_from_then_on():
    ledger = ledger_of(
        [worker(), reading(SHELL, WORKER, name="Runner.Worker", cpu=2, kb=5)],
        [worker(), shell(cpu=9, kb=8)],
    )

    [owner] = ledger.owners()
    assert (owner.cpu_ticks, owner.resident_kb) == ([0, 0, 7], [0, 0, 8])
    assert group(ledger, "sh").seen == (0, 1)


def test_a_step_within_a_step_has_an_owner_of_its_own_that_stays():
    inner = reading(CHILD, key="inner", cpu=4)
    ledger = ledger_of(
        [worker(), shell(), inner], [worker(), shell(), reading(CHILD, key="other", cpu=6)]
    )

    assert cpu_of(ledger) == {"__run": 0, "inner": 6}
    assert group(ledger, "sh", owner="inner").seen[-1] == 1


def test_a_number_that_is_given_again_is_another_process():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=50, kb=8)],
        [worker(), shell(children=55), reading(CHILD, cpu=3, kb=2, start=9999)],
    )

    [owner] = ledger.owners()
    assert (owner.cpu_ticks[-1], owner.resident_kb[-1]) == (58, 3)
    assert group(ledger, "sh").seen[-1] == 3


def test_a_zombie_is_seen_with_its_last_figures_and_counts_once():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=50, kb=8)],
        [worker(), shell(), reading(CHILD, cpu=60, kb=0)],
        [worker(), shell(children=60)],
    )

    [owner] = ledger.owners()
    assert (owner.cpu_ticks, owner.resident_kb) == ([0, 50, 60, 60], [0, 9, 1, 1])


def test_a_parent_who_bears_a_number_that_is_used_again_is_not_taken_for_a_forebear():
    ledger = ledger_of(
        [worker(), shell(), reading(CHILD, cpu=5)],
        [worker(), reading(MAKE, CHILD, start=9999, key="new"), reading(CHILD, MAKE, cpu=6)],
        [worker(), reading(CHILD, MAKE, cpu=7)],
        [worker()],
    )

    assert cpu_of(ledger) == {"__run": 7, "new": 0}


def test_counters_that_fall_count_nothing():
    ledger = ledger_of(
        [worker(), shell(cpu=50, children=70)], [worker(), shell(cpu=40, children=60)]
    )

    assert cpu_of(ledger) == {"__run": 120}


def test_readings_are_written_to_children_s_reapers_and_count_once():
    ledger = ledger_of(
        [worker(), shell(kb=1, io=(0, 4)), reading(CHILD, cpu=9, name="cc", io=(100, 2000))],
        [worker(), shell(kb=1, children=10, io=(102, 2011))],
    )

    assert (group(ledger, "cc").read_kb[-1], group(ledger, "cc").written_kb[-1]) == (100, 2000)
    assert (group(ledger, "sh").read_kb[-1], group(ledger, "sh").written_kb[-1]) == (2, 11)


def test_what_may_not_be_seen_is_unknown_and_the_sum_is_of_what_may():
    ledger = ledger_of(
        [worker(), shell(cpu=1), reading(CHILD, cpu=1, name="cc", io=(7, None))],
        [worker(), shell(cpu=2), reading(CHILD, cpu=2, name="cc"), reading(MAKE, name="cc")],
    )

    assert group(ledger, "sh").read_kb == (None, None, None)
    assert group(ledger, "cc").read_kb == (0, 7, 7)
    assert group(ledger, "cc").written_kb == (None, None, None)


def test_what_was_read_before_the_first_look_is_not_counted():
    ledger = Ledger()
    ledger.tick([shell()])
    ledger.tick([shell(cpu=1, io=(500, 0))])
    ledger.tick([shell(cpu=2, io=(540, 9))])

    assert group(ledger, "sh").read_kb == (None, 0, 40)
    assert group(ledger, "sh").written_kb == (None, 0, 9)


def test_a_process_that_runs_another_program_moves_to_its_name():
    ledger = ledger_of(
        [worker(), shell(cpu=5, kb=10)], [worker(), shell(cpu=25, kb=90, name="node")]
    )

    assert (group(ledger, "sh").cpu_ticks, group(ledger, "sh").resident_kb) == (
        (0, 5, 5),
        (0, 10, 0),
    )
    assert (group(ledger, "node").cpu_ticks, group(ledger, "node").seen) == ((0, 20), (0, 1))


def test_groups_are_recorded_where_they_lead_and_just_before():
    busy = [reading(1000 + n, kb=0, name=f"p{n}", cpu=10 + n) for n in range(20)]
    then = [reading(1000 + n, kb=0, name=f"p{n}", cpu=10 + n + (n == 0)) for n in range(20)]
    ledger = ledger_of(*([[worker(), shell(), *busy]] * 3), [worker(), shell(), *then])

    recorded = {group.name: group for group in ledger.processes()}
    # At least seven lead by CPU; p19 at the first of these ticks, p0 at the last.
    assert {f"p{n}" for n in range(13, 20)} < recorded.keys()
    assert (recorded["p19"].at, recorded["p19"].cpu_ticks) == ([0, 1, 4], (0, 29, 29))
    assert (recorded["p0"].at[-2:], recorded["p0"].cpu_ticks[-2:]) == ([3, 4], (10, 11))
    assert len(recorded) == 12  # three that hold memory, eight that lead beside them, p0


def test_a_group_that_wakes_up_is_recorded_as_it_was_just_before():
    ledger = ledger_of(*([[worker(), shell(cpu=5)]] * 4), [worker(), shell(cpu=9)])

    assert (group(ledger, "sh").at, group(ledger, "sh").cpu_ticks) == ([0, 1, 4, 5], (0, 5, 5, 9))


def test_an_owner_is_born_with_the_first_of_its_processes():
    older = reading(90, WORKER, key="__run")
    [owner] = ledger_of([worker(), shell(), older]).owners()

    assert owner.born_ms == 1_000_000 + 90


def test_those_that_hold_most_memory_are_recorded_however_idle():
    many = [reading(1000 + n, name=f"p{n}", cpu=10, kb=1) for n in range(20)]
    ledger = ledger_of([worker(), shell(kb=500), *many])

    assert group(ledger, "sh").resident_kb == (0, 500)


def test_a_window_starts_anew_and_the_totals_go_on():
    ledger = ledger_of([worker(), shell(cpu=5)])
    given = ledger.owners()
    ledger.start_window()
    ledger.tick([worker(), shell(cpu=6)])
    ledger.tick([worker(), shell(cpu=8), reading(CHILD, key="new", cpu=1)])

    assert [owner.cpu_ticks for owner in given] == [[0, 5]]
    assert [(o.key, o.cpu_ticks) for o in ledger.owners()] == [("__run", [6, 8]), ("new", [0, 1])]
    assert (group(ledger, "sh").at, group(ledger, "sh").cpu_ticks) == ([0, 1], (6, 8))


def test_an_empty_window_holds_nothing():
    ledger = ledger_of([worker(), shell(cpu=5)])
    ledger.start_window()

    assert [owner.cpu_ticks for owner in ledger.owners()] == [[]]
    assert ledger.processes() == []


def test_endless_keys_and_names_do_not_grow_without_end():
    crowd = [
        reading(1000 + n, key=f"key-{n}", name=f"{n}-".ljust(300, "x"), cpu=1, children=1)
        for n in range(6000)
    ]
    ledger = ledger_of([worker(), *crowd])

    owners, groups = ledger.owners(), ledger.processes()
    assert len(owners) == MOST_OWNERS
    assert sum(owner.cpu_ticks[-1] for owner in owners) == 2 * MOST_OWNERS
    assert {g.name for g in groups} >= {"(others)"}
    assert max(len(g.name) for g in groups) <= LONGEST_NAME


def test_a_tick_that_sees_nobody_leaves_the_totals():
    ledger = ledger_of([worker(), shell(cpu=5, kb=7)], [])

    [owner] = ledger.owners()
    assert (owner.cpu_ticks, owner.resident_kb) == ([0, 5, 5], [0, 7, 0])


def test_what_cannot_be_printed_is_replaced_before_owners_and_groups_are_told_apart():
    odd = [reading(SHELL + i, WORKER, key=f"a{chr(i)}", name=f"b{chr(i)}", cpu=i) for i in (1, 2)]
    ledger = ledger_of([worker(), *odd])

    assert [owner.key for owner in ledger.owners()] == ["a\N{REPLACEMENT CHARACTER}"]
    [group] = [g for g in ledger.processes() if g.name.startswith("b")]
    assert (group.name, group.seen[-1], group.cpu_ticks[-1]) == ("b\N{REPLACEMENT CHARACTER}", 2, 3)
