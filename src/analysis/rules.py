"""The rules of diagnosis, as data: which figures beyond which thresholds mean which bottleneck.

Every threshold has a name, the rule's own for the limit that leads and `RULE.FIGURE` for the
others, and can be overridden by it.
"""

from __future__ import annotations

from .rule import CORES, MEMORY, Limit, Rule, least, most

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping


MIB = 1024 * 1024

ENOUGH_PERCENT = 50.0
"""A span of which less than this was seen is not judged."""

SHORT_SECONDS = 10.0
"""A span that is shorter is not judged: a compiler that ran for two seconds bounds nothing."""


FULL_BYTES, FULL_PERCENT = 256 * MIB, 5.0
"""A filesystem with no more than this left is full; both must hold, as many are small or large."""

FILLING_BYTES = 16 * MIB
"""One that was always full fell by less: it hurts nobody."""


ALONE_PERCENT = 50.0
"""Who ran alone for less of its time than this is not blamed for what the whole machine did."""


OWN_LIMIT_PERCENT = 80.0
"""Whoever is killed for want of memory below this was in a control group with less of it."""


# Figures of the whole machine blame a step that ran beside others only where its own processes,
# as far as they can be seen, did the same.
_ALONE = Limit("alone_percent", ALONE_PERCENT, or_unknown=True)
_OWN_DISK = Limit("disk_own_percent", 50, or_unknown=True)
_OWN_MEMORY = Limit("memory_own_percent", 10, or_unknown=True)

# What is written behind a step's back holds up nobody: then the disk was busy, not short.
_STALLED = Limit("stalled_io_percent", 5, or_unknown=True)
_USED = least("disk_utilisation_percent", 25)

_KEEP = "Keep what is downloaded: a cache on the runner, a mirror nearby, an image that has it."
_SEND_LESS = "Send less: only what has changed, compressed, artifacts that somebody will read."


def _transfer_rules(what: str, way: str, advice: str) -> tuple[Rule, ...]:
    """Of a `download` or `upload`: bytes and rates that were `received` or `sent`.

    Much; or little, but fast; or slowly, with next to nothing else going on.
    """
    amount, rate = f"network_{way}_bytes", f"network_{way}_bytes_per_second"
    named = (f"{what}_heavy", "is", f"{what}-heavy")
    told = f"{{{amount}}} at {{{rate}}}"
    is_disk_idle = Limit("disk_utilisation_percent", 50, at_most=True, or_unknown=True)
    # With all cores at work, it is they that it waits for.
    has_cores = Limit("cpu_percent_mean", 80, at_most=True, or_unknown=True)
    return (
        Rule(
            *named,
            told,
            advice,
            (least(amount, 500 * MIB, plain=2048 * MIB), least(rate, 2 * MIB), has_cores, _ALONE),
            explains=("single_threaded",),
        ),
        Rule(
            *named,
            f"{told}, and little else",
            advice,
            (
                least(rate, 5 * MIB, plain=25 * MIB),
                least("covered_seconds", 30),
                most("cpu_percent_mean", 50),
                *(is_disk_idle, _ALONE),
            ),
            shown=(amount,),
            explains=("single_threaded",),
            way="rate",
        ),
        Rule(
            *named,
            f"{told}, and next to nothing else",
            advice,
            (
                least(rate, MIB, plain=5 * MIB),  # from where `waiting` ends
                least("covered_seconds", 30),
                most("cpu_cores_mean", 0.5),
                most("cpu_percent_mean", 25),
                *(is_disk_idle, _ALONE),
            ),
            shown=(amount,),
            explains=("single_threaded", "waiting"),
            way="slow",
        ),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "out_of_memory",
        *("ran", "out of memory"),
        "{out_of_memory_kills} by the kernel, memory at {memory_max_percent} of"
        " {memory_allowed_bytes}",
        "Use a runner with more memory, or run less at the same time.",
        (
            least("out_of_memory_kills", 1),
            Limit("memory_max_percent", OWN_LIMIT_PERCENT, or_unknown=True),
        ),
        shown=("memory_max_percent", "memory_allowed_bytes"),
        is_event=True,
        explains=("memory_bound", "own_memory_limit"),
        top="memory",
        lacks=MEMORY,
    ),
    Rule(
        "own_memory_limit",
        *("ran into", "a memory limit of its own"),
        "{out_of_memory_kills} by the kernel, though memory was at {memory_max_percent} of"
        " {memory_allowed_bytes}",
        "Raise that limit (docker run --memory, a service's, a unit's), or use less within it.",
        (
            least("out_of_memory_kills", 1),
            most("memory_max_percent", OWN_LIMIT_PERCENT),
        ),
        shown=("memory_allowed_bytes",),
        is_event=True,
        explains=("memory_bound",),
    ),
    Rule(
        "disk_full",
        *("ran into", "a full disk"),
        "at the least {disk_free_min_bytes} were free",
        "Free space before the step (images, caches, build trees), or use a larger disk.",
        (
            most("disk_free_min_bytes", FULL_BYTES),
            Limit("disk_free_min_percent", FULL_PERCENT, at_most=True, or_unknown=True),
            Limit("disk_free_fell_bytes", FILLING_BYTES, or_unknown=True, or_failed=True),
            # Who filled it did so in a moment, perhaps while others ran.
            Limit("alone_percent", 90, or_unknown=True, or_failed=True),
        ),
        is_event=True,
        lasts=True,
    ),
    Rule(
        "throttled",
        *("is", "throttled"),
        "its CPU quota of {cores_allowed} held it back: {cpu_throttled_seconds} of throttling,"
        " summed over CPUs, in {covered_seconds}",
        "Raise the CPU limit, or start no more threads than the quota has cores.",
        (
            least("cpu_throttled_percent", 10, plain=25),
            Limit("cpu_own_percent", 10, or_unknown=True),
        ),
        shown=("cores_allowed", "cpu_throttled_seconds"),
        explains=("cpu_bound",),
        top="cpu",
        lacks=CORES,
    ),
    Rule(
        "stolen",
        *("is", "robbed of CPU"),
        "the host gave others {cpu_stolen_percent} of the CPU time that it could have used",
        "The host is oversubscribed: use another kind of runner, or another time of day.",
        (
            least("cpu_stolen_percent", 10, plain=25),
            least("cpu_cores_mean", 0.25),
            Limit("cpu_own_cores_mean", 0.25, or_unknown=True),
        ),
        shown=("cpu_percent_mean", "cores_allowed"),
    ),
    Rule(
        "crowded_out",
        *("is", "short of CPU"),
        "others on the machine kept {cpu_others_percent} of {cores_allowed} busy, which left it"
        " {cpu_cores_mean}",
        "Run it where, or when, others leave it more of the machine.",
        (
            least("cpu_others_percent", 25, plain=75),
            least("cpu_in_all_percent", 90),
            # Who sleeps, or waits for something else, asks for little: it may have had all of it.
            least("cpu_cores_mean", 0.2),
            Limit("stalled_cpu_percent", 25, or_unknown=True),
            Limit("disk_utilisation_percent", 25, at_most=True, or_unknown=True),
        ),
        shown=("cores_allowed",),
        explains=("cpu_bound", "single_threaded", "waiting"),
        lacks=CORES,
    ),
    Rule(
        "memory_bound",
        *("is", "memory-bound"),
        "memory reached {memory_max_percent} of {memory_allowed_bytes}",
        "Increase memory, or use less of it: fewer things at the same time, smaller heaps.",
        (
            least("memory_max_percent", 90, plain=100),
            # At its edges, which GitHub tells to the second, a step sees its neighbours' memory.
            least("memory_mean_percent", 40),
            _OWN_MEMORY,
        ),
        shown=("memory_max_bytes", "memory_allowed_bytes"),
        top="memory",
        lacks=MEMORY,
    ),
    Rule(
        "memory_bound",
        *("is", "memory-bound"),
        "stalled for want of memory in {stalled_memory_percent} of the time",
        "Increase memory, or use less of it: fewer things at the same time, smaller heaps.",
        (least("stalled_memory_percent", 10, plain=30), _OWN_MEMORY),
        shown=("memory_max_percent",),
        top="memory",
        lacks=MEMORY,
        way="stall",
    ),
    Rule(
        "io_congestion",
        *("has", "I/O congestion"),
        "{disk_queue_depth} under way at a time, each waiting {disk_await_ms}",
        "Write sequentially instead of in parallel; run fewer disk-heavy things at a time.",
        (least("disk_queue_depth", 4, plain=8), _USED, _STALLED, _OWN_DISK),
        shown=("disk_await_ms",),
    ),
    Rule(
        "slow_disk",
        *("has", "a slow disk"),
        "an operation takes {disk_await_ms}, at {disk_operations_per_second}",
        "Enable caching, reduce concurrent operations, or use a faster disk.",
        (
            least("disk_await_ms", 10, plain=20),
            least("disk_operations_per_second", 5),
            *(_USED, _STALLED, _OWN_DISK),
        ),
    ),
    Rule(
        "slow_disk",
        *("has", "a slow disk"),
        "something waited for it in {disk_stalled_percent} of the time",
        "Enable caching, reduce concurrent operations, or use a faster disk.",
        # All that can be seen of it in a container, whose disks are others' too.
        (least("disk_stalled_percent", 40, plain=80), _OWN_DISK),
        way="stall",
    ),
    Rule(
        "disk_saturated",
        *("has", "a saturated disk"),
        "busy {disk_utilisation_percent} of the time",
        "Reduce parallel I/O, or use a faster disk (SSD).",
        (least("disk_utilisation_percent", 80, plain=100), _STALLED, _OWN_DISK),
        shown=("disk_queue_depth",),
    ),
    *_transfer_rules("download", "received", _KEEP),
    *_transfer_rules("upload", "sent", _SEND_LESS),
    Rule(
        "cpu_bound",
        *("is", "CPU-bound"),
        "{cpu_percent_mean} of {cores_allowed}",
        "Use more or faster cores, or do less: cache what is built, split it over jobs.",
        (
            least("cpu_percent_mean", 80, plain=100),
            Limit("cpu_own_percent", 40, or_unknown=True),
        ),
        shown=("cores_allowed",),
        top="cpu",
        lacks=CORES,
    ),
    Rule(
        "cpu_bound",
        *("is", "CPU-bound"),
        "it waited for a core in {stalled_cpu_percent} of the time, beside others, with"
        " {cpu_percent_mean} of {cores_allowed} its own",
        "Use more or faster cores, or do less: cache what is built, split it over jobs.",
        (
            # One thread too many now and then is how a machine is made full use of.
            least("stalled_cpu_percent", 50, plain=90),
            least("cpu_percent_mean", 25),
            Limit("cpu_own_percent", 25, or_unknown=True),
        ),
        shown=("cores_allowed",),
        explains=("single_threaded",),
        top="cpu",
        lacks=CORES,
        way="stall",
    ),
    Rule(
        "single_threaded",
        *("is", "single-threaded"),
        "about one core busy in {cpu_one_core_percent} of the time, of {cores_allowed}",
        "Do it in parallel (make -j, test shards, several workers), or use a smaller runner.",
        (
            # So far off that it never outweighs memory at 95 %: nothing is short here.
            least("cpu_one_core_percent", 75, plain=125),
            least("cpu_cores_mean", 0.75),
            least("cores_allowed", 4),
            Limit("cpu_own_cores_mean", 0.5, or_unknown=True),
            Limit("top_process_percent", 70, or_unknown=True),
            least("covered_seconds", 20),
        ),
        top="cpu",
    ),
    Rule(
        "waiting",
        *("is", "waiting"),
        "it did next to nothing: {cpu_cores_mean} of {cores_allowed},"
        " {network_bytes_per_second} on the network",
        "Find out for what it waits (a lock, a sleep, a remote service), or wait off the runner.",
        (
            most("cpu_cores_mean", 0.25, plain=0.05),
            most("cpu_percent_mean", 25),
            # Where others have all cores, who can say that it did not want one?
            Limit("cpu_in_all_percent", 90, at_most=True, or_unknown=True),
            least("covered_seconds", 30),
            # Where neither its stalls nor its disks were seen, it may have waited for a disk.
            most("disk_wait_percent", 20),
            Limit("network_bytes_per_second", MIB, at_most=True, or_unknown=True),
            *(
                Limit(figure, 10, at_most=True, or_unknown=True)
                for figure in (
                    *("stalled_cpu_percent", "stalled_memory_percent", "stalled_io_percent"),
                    "cpu_throttled_percent",
                )
            ),
        ),
        shown=("cores_allowed",),
    ),
)

RULE_BY_NAME = {rule.name: rule for rule in RULES if not rule.way}


class ThresholdError(ValueError):
    """A threshold that does not exist; the message lists those that do."""


def thresholds() -> dict[str, Limit]:
    """Every limit by the name of its threshold, in the order of the rules."""
    return {name: limit for rule in RULES for name, limit in rule.thresholds().items()}


def rules_with(overrides: Mapping[str, float]) -> tuple[Rule, ...]:
    """The rules, some thresholds replaced.

    Raises:
        ThresholdError: a name is no threshold's.
    """
    known = thresholds()
    for name in overrides:
        if name not in known:
            raise ThresholdError(f"no such threshold: {name}; there are {', '.join(known)}")
    return tuple(_overridden(rule, overrides) for rule in RULES) if overrides else RULES


def _overridden(rule: Rule, overrides: Mapping[str, float]) -> Rule:
    limits = tuple(
        limit._replace(threshold=overrides.get(name, limit.threshold))
        for name, limit in rule.thresholds().items()
    )
    return rule._replace(limits=limits)
