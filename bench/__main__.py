"""`python -m bench [PART]…`: what to measure in, Markdown out."""

import argparse

from .action import action_table
from .batch import batch_table
from .flood import BATCHES as FLOOD_BATCHES
from .flood import BATCHES_LONG as FLOOD_BATCHES_LONG
from .flood import flood_table
from .frontend import DELIVERIES as FRONTEND_DELIVERIES
from .frontend import frontend_table
from .join import JOBS as JOINED_JOBS
from .join import LOAD_SECONDS as JOINED_SECONDS
from .join import hour_table, load_table
from .judge import judge_table
from .latency import DELIVERIES as LATENCY_DELIVERIES
from .latency import latency_table
from .machine import describe
from .pressure import SECONDS as PRESSURE_SECONDS
from .pressure import pressure_table
from .push import push_table
from .sampler import SECONDS as SAMPLER_SECONDS
from .sampler import sampler_table
from .sampler_start import start_table
from .startup import startup_table
from .worker import (
    DECISIONS,
    JOBS,
    MEMORY_AFTER,
    MEMORY_AFTER_LONG,
    decision_table,
    memory_table,
    rows_table,
)

BATCHES = 20
ROUNDS = 5
QUICK = 20  # a quick run takes this part of the counts: enough to see that all works

PARTS = (
    "frontend",
    "pressure",
    "worker",
    "latency",
    "startup",
    "batch",
    "judge",
    "join",
    "flood",
    "sampler",
    "push",
    "action",
)

BY_ROUNDS = {
    "push": ("A push", push_table),
    "action": ("The action", action_table),
    "judge": ("A job of an hour", judge_table),
    "startup": ("Start", startup_table),
}


def main() -> None:
    """Print the machine, then each table that was asked for, as soon as it is there."""
    arguments = _parse()
    print(f"Measured on: {describe()}. CPU time counts the kernel's share.")
    for part in PARTS:
        if part in arguments.parts:
            _print(part, arguments)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Print the tables that the README quotes.",
        epilog="Example: python -m bench frontend --rounds 9",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; else all")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="alternating rounds")
    parser.add_argument("--quick", action="store_true", help="tiny counts, to see that it works")
    parser.add_argument(
        "--long",
        action="store_true",
        help="memory up to 100,000 deliveries, a flood of a million batches",
    )
    arguments = parser.parse_args()
    arguments.parts = arguments.parts or list(PARTS)
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return arguments


def _print(part: str, arguments: argparse.Namespace) -> None:
    rounds, share = arguments.rounds, QUICK if arguments.quick else 1
    if part == "frontend":
        _section("A delivery to the frontend", frontend_table(rounds, FRONTEND_DELIVERIES // share))
    elif part == "pressure":
        seconds = PRESSURE_SECONDS / (4 if arguments.quick else 1)
        _section("Under pressure", pressure_table(seconds))
    elif part == "worker":
        _section("From message to decision", decision_table(rounds, DECISIONS // share))
        _section("From message to acknowledged rows", rows_table(rounds, JOBS // share))
        marks = MEMORY_AFTER_LONG if arguments.long else MEMORY_AFTER
        _section("Memory", memory_table([mark // share for mark in marks]))
    elif part == "latency":
        _section("From put to rows", latency_table(LATENCY_DELIVERIES // share))
    elif part == "batch":
        _section("A batch of samples", batch_table(max(BATCHES // share, 1)))
    elif part == "sampler":
        _section("A sampler", sampler_table(max(SAMPLER_SECONDS // share, 3)))
        _section("Its start", start_table(rounds))
    elif part == "flood":
        batches = FLOOD_BATCHES_LONG if arguments.long else FLOOD_BATCHES
        _section("A flood of batches", flood_table(batches // share))
    elif part == "join":
        seconds = JOINED_SECONDS // (4 if arguments.quick else 1)
        _section("An hour joined", hour_table(rounds))
        _section("Jobs that push", load_table(JOINED_JOBS // share, seconds))
    else:
        title, table = BY_ROUNDS[part]
        _section(title, table(rounds))


def _section(title: str, text: str) -> None:
    print(f"\n### {title}\n\n{text}", flush=True)


main()
