"""What the README's figures come from: `python -m bench` prints them as Markdown tables.

    __main__    the command line: which tables, how many rounds
    frontend    CPU of a signed 25 KB delivery, beside the floors in floors/
    worker      CPU of a delivery from message to decision and to acknowledged rows; memory
    latency     from put to row on the whole local stack
    startup     from start to ready
    batch       what a batch of samples weighs
    judge       what it costs to measure a job of an hour
    join        what it costs the worker to join samples with jobs, and to keep up
    sampler     what sampling costs beside a reader in C; how soon it begins
    push        what it costs a runner to send a batch
    action      how much longer a job is with the action in it
    insights    what an item costs the stand-in; not quoted, run by `python -m bench.insights`

    bodies      deliveries to send            load       the lean client that sends them
    machine     cores, CPU time, memory       processes  starting, awaiting, stopping
    cases       parts of the worker alone     queue      filling it, waiting until it is empty
    join_cases  parts of the join alone       hour       a job of an hour and its batches
    tables      rows in, Markdown out

What is measured is CPU time of the process under test, its kernel's share included, on a core of
its own where the machine has two. Rounds alternate between what is compared, and medians are shown:
a busy machine then moves all rows of a table alike, so ratios hold where absolute figures do not.
"""

from importlib.util import find_spec

# Its parts share the tests' stand-ins. Each of them is a command, and this is what all run first.
if find_spec("pytest") is None:
    raise SystemExit(
        "bench: needs what the tests need, which is not installed here:"
        " `make test` installs it; then run `.venv/bin/python -m bench`"
    )
