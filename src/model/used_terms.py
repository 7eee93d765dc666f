"""The names of what samples tell of runs, jobs and steps: a part of the table of names.

Rows carry them only where a sampler ran beside the job.
"""

from __future__ import annotations

from .terms import ALL, JOB, JOB_AND_STEP, RUN, RUN_AND_JOB, Term, count, number, text

_NO_ROW: tuple[str, ...] = ()

USAGE_TERMS: tuple[Term, ...] = (
    number("seconds", "s", _NO_ROW, "How long it lasted"),
    number("covered_seconds", "s", JOB_AND_STEP, "How much of that samples saw"),
    text(
        "samples",
        JOB_AND_STEP,
        "`complete`: at most a tenth is missing, or no more than an interval and 2 s; `partial`: some of it was seen; `none`",
    ),
    text(
        "attribution",
        JOB_AND_STEP,
        "How its CPU was found: process (by its own processes), time (what ran at the time, shared by the steps that did) or mixed",
    ),
    number(
        "alone_percent",
        "%",
        JOB_AND_STEP,
        "Share of a step's time in which it was the only one that ran",
    ),
    number("cpu_seconds", "s", ALL, "CPU time; for a run, of all its jobs that were sampled"),
    number("cpu_seconds_by_time", "s", JOB_AND_STEP, "The part of it that was shared by time"),
    number(
        "cpu_percent_mean", "%", JOB_AND_STEP, "Its CPU, of the cores that are allowed, on average"
    ),
    number("cpu_percent_max", "%", JOB_AND_STEP, "The same in the sample in which it was highest"),
    number(
        "cpu_one_core_percent",
        "%",
        JOB_AND_STEP,
        "Share of time in which about one core (0.5 to 1.3) was busy",
    ),
    number("cpu_steal_seconds", "s", JOB_AND_STEP, "CPU time that the hypervisor gave to others"),
    number(
        "cpu_stolen_percent",
        "%",
        JOB_AND_STEP,
        "The machine's stolen CPU time meanwhile, of that and of what all on it used",
    ),
    number(
        "cpu_throttled_seconds", "s", JOB_AND_STEP, "Time for which a CPU quota held the job back"
    ),
    number(
        "cpu_throttled_percent",
        "%",
        JOB_AND_STEP,
        "Throttling of all CPUs meanwhile, of the time that was counted of the cores that are allowed",
    ),
    number(
        "cpu_iowait_seconds",
        "s",
        JOB_AND_STEP,
        "CPU time that was idle with disk operations under way",
    ),
    count(
        "memory_mean_bytes",
        "By",
        JOB_AND_STEP,
        "Memory in use on average: the machine's total less what is available (caches that can be given up are not in use), or the control group's where one limits the job",
    ),
    count("memory_max_bytes", "By", JOB_AND_STEP, "Memory in use at most"),
    count(
        "memory_delta_bytes",
        "By",
        JOB_AND_STEP,
        "Memory in use at the end less that at the beginning",
    ),
    count(
        "memory_headroom_bytes",
        "By",
        JOB_AND_STEP,
        "What was left of the memory that is allowed, at least",
    ),
    count(
        "memory_own_max_bytes",
        "By",
        JOB_AND_STEP,
        "What its own processes held at most, all together at one moment (resident; shared pages count for each)",
    ),
    count("swap_max_bytes", "By", JOB_AND_STEP, "Swap in use at most"),
    count(
        "out_of_memory_kills",
        "{kill}",
        JOB_AND_STEP,
        "Processes that the kernel killed for want of memory",
    ),
    count("disk_read_bytes", "By", JOB_AND_STEP, "Read from all disks"),
    count("disk_written_bytes", "By", JOB_AND_STEP, "Written to all disks"),
    number("disk_reads", "{operation}", JOB_AND_STEP, "Read operations"),
    number("disk_writes", "{operation}", JOB_AND_STEP, "Write operations"),
    number(
        "disk_read_bytes_per_second",
        "By/s",
        JOB_AND_STEP,
        "Read a second, of the time that was counted",
    ),
    number(
        "disk_written_bytes_per_second",
        "By/s",
        JOB_AND_STEP,
        "Written a second, of the time that was counted",
    ),
    number(
        "disk_operations_per_second",
        "{operation}/s",
        JOB_AND_STEP,
        "Operations a second, of the time that was counted",
    ),
    number(
        "disk_utilisation_percent",
        "%",
        JOB_AND_STEP,
        "Share of time in which the busiest disk had something to do",
    ),
    number(
        "disk_await_ms", "ms", JOB_AND_STEP, "From asking for an operation to having it, on average"
    ),
    number("disk_queue_depth", "{operation}", JOB_AND_STEP, "Operations under way, on average"),
    count(
        "disk_free_min_bytes",
        "By",
        JOB_AND_STEP,
        "What was free at least on the filesystem that ran full, else the fullest",
    ),
    number("disk_free_min_percent", "%", JOB_AND_STEP, "The same as a share of its size"),
    count(
        "disk_free_fell_bytes",
        "By",
        JOB_AND_STEP,
        "How far that was below what was free at the beginning",
    ),
    count("network_received_bytes", "By", JOB_AND_STEP, "Received by the interfaces that lead out"),
    count("network_sent_bytes", "By", JOB_AND_STEP, "Sent by them"),
    number(
        "network_received_bytes_per_second",
        "By/s",
        JOB_AND_STEP,
        "Received a second, of the time that was counted",
    ),
    number(
        "network_sent_bytes_per_second",
        "By/s",
        JOB_AND_STEP,
        "Sent a second, of the time that was counted",
    ),
    number(
        "stalled_cpu_seconds",
        "s",
        JOB_AND_STEP,
        "Time in which something waited for a core (the kernel's pressure stall information, `some`), of the control group where one limits the job",
    ),
    number(
        "stalled_memory_seconds",
        "s",
        JOB_AND_STEP,
        "Time in which something waited for memory (`some`)",
    ),
    number(
        "stalled_io_seconds",
        "s",
        JOB_AND_STEP,
        "Time in which something waited for a disk (`some`)",
    ),
    number(
        "stalled_memory_full_seconds",
        "s",
        JOB_AND_STEP,
        "Time in which everything waited for memory (`full`)",
    ),
    number(
        "stalled_io_full_seconds",
        "s",
        JOB_AND_STEP,
        "Time in which everything waited for a disk (`full`)",
    ),
    number(
        "stalled_cpu_percent",
        "%",
        JOB_AND_STEP,
        "Share of the time that was counted in which something waited for a core",
    ),
    number("stalled_memory_percent", "%", JOB_AND_STEP, "The same of memory"),
    number("stalled_io_percent", "%", JOB_AND_STEP, "The same of disks"),
    text(
        "top_by_cpu",
        _NO_ROW,
        "The five processes, by name, that used most CPU: how many there were (`seen`), CPU seconds (`own_cpu_seconds` of them by processes of the step itself), the most memory that those of one name and owner held together at one moment, bytes read and written",
    ),
    text("top_by_memory", _NO_ROW, "The five that held most memory"),
)
"""What the judge tells of every step, of the job and of the time between steps.

Rows have no more of them than what is worth its bytes, and whatever a finding rests on. Three no row
has: `duration_seconds` and `top_processes` stand there instead.
"""

_QUOTIENTS = frozenset(
    {
        *("cpu_stolen_percent", "cpu_throttled_percent", "memory_headroom_bytes"),
        *("disk_read_bytes_per_second", "disk_written_bytes_per_second"),
        "disk_operations_per_second",
        *("network_received_bytes_per_second", "network_sent_bytes_per_second"),
        *("stalled_cpu_percent", "stalled_memory_percent", "stalled_io_percent"),
    }
)
JOB_FIGURES = tuple(t.name for t in USAGE_TERMS if t.on and t.name not in _QUOTIENTS)
"""What the row of every job has: all but what follows from other figures in the same row."""

STEP_FIGURES = (
    *("samples", "attribution", "cpu_seconds", "cpu_percent_mean", "cpu_percent_max"),
    *("memory_max_bytes", "disk_read_bytes", "disk_written_bytes", "disk_utilisation_percent"),
    *("network_received_bytes", "network_sent_bytes"),
)
"""What the row of every step has that was judged."""

SHORT_STEP_FIGURES = ("samples", "cpu_seconds")
"""What the row of a step has that was not: it lasted seconds, or was hardly seen."""

_JUDGED = (
    text(
        "bottleneck",
        JOB_AND_STEP,
        "What it was short of first of all, by the rule's name; `none` where it was judged and short"
        " of nothing; missing where it was not judged",
    ),
    number(
        "bottleneck_strength",
        "1",
        JOB_AND_STEP,
        "0 at the rule's threshold, 1 where nobody doubts, 2 for what stopped work altogether",
    ),
    text("diagnosis", JOB_AND_STEP, "All that it was short of, in words with figures"),
    text("advice", JOB_AND_STEP, "What to do about the first of it"),
    text(
        "top_processes",
        JOB_AND_STEP,
        "JSON: the processes that did most, up to five of a job and two of a step, as `[name, CPU seconds, most memory in MiB]`",
    ),
    text(
        "failure_category",
        JOB_AND_STEP,
        "What kind of failure it was, on a failed job and its first failed step",
    ),
    number("failure_confidence", "1", JOB_AND_STEP, "How sure that is, from 0 to 1"),
    text(
        "is_transient",
        JOB_AND_STEP,
        "Whether it may pass if run again; missing where that is unknown",
        type="bool",
    ),
    text("failure_advice", JOB_AND_STEP, "What to do about the failure"),
)

_OF_JOBS = (
    text("verdict", JOB, "What is to be said of the job, in one sentence"),
    text(
        "samples_identity",
        JOB,
        "How it is known whose samples they are: `token` (GitHub signed it) or `declared`",
    ),
    number("cores_allowed", "{core}", JOB, "The machine's cores, or the control group's limit"),
    count("memory_allowed_bytes", "By", JOB, "The machine's memory, or the control group's limit"),
    text("right_size", JOB, "What the runner should be: larger, smaller, right or unknown"),
    text("right_size_reason", JOB, "Why, in words with figures"),
    number("right_size_cores", "{core}", JOB, "Cores of a better size, where there is one to name"),
    count("right_size_memory_bytes", "By", JOB, "Memory of a better size"),
)

_OF_RUNS = (
    number(
        "wasted_core_seconds",
        "s",
        RUN_AND_JOB,
        "Core seconds that were allowed and stood idle, in the time that samples saw; for a run, of"
        " all its jobs",
    ),
    count("sampled_job_count", "{job}", RUN, "Those of its jobs that were sampled"),
    text("critical_path", RUN, "The jobs, by name, that the run's duration was made of"),
    number("critical_path_seconds", "s", RUN, "How long those took, waiting included"),
)

USED_TERMS: tuple[Term, ...] = (
    *(term for term in USAGE_TERMS if term.on),
    *_JUDGED,
    *_OF_JOBS,
    *_OF_RUNS,
)
"""Whatever may stand in a record's `used`."""
