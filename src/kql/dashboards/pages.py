"""Nothing in; the pages that every dashboard shows, out: what is asked, and how it is shown."""

from functools import partial

from .tile import Kind, Page, Tile

_figures = partial(Tile, Kind.FIGURES)
_table = partial(Tile, Kind.TABLE)
_lines = partial(Tile, Kind.LINES)
_bars = partial(Tile, Kind.BARS)
_timeline = partial(Tile, Kind.TIMELINE)

_FIGURES = "position measure value unit"
_COST = "part jobs minutes usd minutes_without_price"
_HALF, _THIRD = 50, 33

PAGES = (
    Page(
        "overview",
        "Overview",
        "How many runs succeed, how long they take and wait, and what runs now.",
        (
            _figures("key-figures", "At a glance", _FIGURES),
            _bars(
                "runs-over-time",
                "Runs by result",
                "ended_at result runs",
                width_percent=_THIRD,
                group="result",
            ),
            _lines(
                "run-time-over-time",
                "How long runs take",
                "ended_at p50_seconds p95_seconds",
                width_percent=_THIRD,
            ),
            _lines(
                "queue-time-over-time",
                "How long jobs wait for a runner",
                "began_at p50_seconds p95_seconds",
                width_percent=_THIRD,
            ),
            _table(
                "repositories-compared",
                "Repositories",
                "repository_full_name runs success_percent failed p50_seconds p95_seconds last_at",
            ),
        ),
    ),
    Page(
        "repository",
        "One repository",
        "Choose it at the top: its workflows, and the jobs that take the time.",
        (
            _table(
                "workflows-compared",
                "Workflows",
                "repository_full_name workflow_name runs success_percent p50_seconds p95_seconds"
                " last_failed_at last_failed_branch last_failed_url",
            ),
            _table(
                "jobs-compared",
                "Jobs, by the time they take altogether",
                "repository_full_name workflow_name job_name jobs failed p50_seconds p95_seconds"
                " queue_p95_seconds total_seconds last_bottleneck last_verdict last_url",
            ),
        ),
    ),
    Page(
        "run",
        "One run",
        "Choose a row: the rest tells of that run. Until then, of the one that ended last.",
        (
            _table(
                "recent-runs",
                "Runs that ended last",
                "completed_at repository_full_name workflow_name run_number run_attempt branch"
                " event actor conclusion duration_seconds critical_path run_url record_id",
                chooses="record_id",
            ),
            _table(
                "run-in-one-row",
                "The run",
                "repository_full_name workflow_name run_number run_attempt display_title branch"
                " event actor conclusion started_at duration_seconds critical_path"
                " run_url",
            ),
            _timeline(
                "run-timeline",
                "When its jobs and steps ran",
                "job_name number name conclusion before_seconds duration_seconds after_seconds"
                " bottleneck",
            ),
            _table(
                "run-steps",
                "Its steps, and what each was short of",
                "job_name step_name step_conclusion duration_seconds bottleneck diagnosis"
                " cpu_percent_mean memory_max_bytes disk_bytes network_bytes job_url",
            ),
            _table(
                "run-processes",
                "The processes that did most",
                "job_name process_name cpu_seconds memory_bytes",
            ),
        ),
    ),
    Page(
        "runners",
        "Runners",
        "How busy they are, what they are waited for, and which jobs should have another size.",
        (
            _lines(
                "runner-load-over-time",
                "Load while sampled jobs run",
                "at cpu_percent memory_percent",
            ),
            _table(
                "pool-utilisation",
                "Pools",
                "pool runners jobs busy_seconds runner_seconds busy_percent",
                width_percent=_HALF,
            ),
            _table(
                "queue-time-by-label",
                "How long jobs wait, by label",
                "label jobs p50_seconds p95_seconds longest_seconds",
                width_percent=_HALF,
            ),
            _table(
                "running-and-queued-now",
                "Running and queued now, by label",
                "label queued waiting running oldest_asked_at oldest_wait_seconds",
            ),
            _table(
                "right-size-candidates",
                "Jobs that should have another runner",
                "repository_full_name workflow_name job_name labels judged_jobs smaller larger"
                " cores_allowed cores_for_all memory_allowed_bytes memory_bytes_for_all"
                " wasted_core_hours latest_reason latest_url",
            ),
            _table(
                "runner-utilisation",
                "Runners, by the time they were busy",
                "host runner_group runner_name jobs busy_seconds first_used_at last_used_at"
                " window_seconds busy_percent",
            ),
            _table(
                "steps-by-bottleneck",
                "What steps are short of",
                "bottleneck steps total_seconds p50_seconds longest_seconds longest_step"
                " longest_job longest_repository longest_workflow longest_url",
            ),
            _table(
                "heaviest-processes",
                "The processes that use most",
                "process_name jobs cpu_hours p50_cpu_seconds most_memory_mib",
            ),
        ),
    ),
    Page(
        "failures",
        "Failures",
        "How jobs end that do not succeed, why where it is known, and which steps fail.",
        (
            _bars(
                "failures-by-conclusion",
                "Jobs that did not succeed",
                "conclusion jobs lost_seconds",
                drawn="jobs",
                width_percent=_HALF,
            ),
            _table(
                "failures-by-category",
                "Why, where it is known",
                "failure_category jobs lost_seconds transient advice last_job last_url",
                width_percent=_HALF,
            ),
            _table(
                "failing-steps",
                "Steps that fail most",
                "repository_full_name workflow_name job_name step_name failures ran"
                " failure_percent last_category last_failed_at last_url",
            ),
            _table(
                "out-of-memory-jobs",
                "Jobs that ran out of memory",
                "repository_full_name workflow_name job_name labels jobs kills most_memory_bytes"
                " memory_allowed_bytes last_at last_verdict last_url",
            ),
        ),
    ),
    Page(
        "flaky",
        "Flaky jobs",
        "A job is flaky on a commit on which it both failed and succeeded.",
        (
            _table(
                "flaky-jobs",
                "Jobs that failed and succeeded on one commit",
                "repository_full_name workflow_name job_name flaky_commits commits flaky_percent"
                " failures lost_seconds last_category last_commit last_failed_at last_url",
            ),
        ),
    ),
    Page(
        "cost",
        "Cost",
        "Minutes, each job's rounded up as GitHub bills them, times the price of the dearest of its"
        " labels. Prices are the parameter's: label=USD a minute, by commas. What a plan includes"
        " and what is free in public repositories is not taken off.",
        (
            _bars(
                "cost",
                "By day, in USD",
                _COST,
                drawn="usd",
                given={"each": "day"},
            ),
            _table(
                "cost",
                "By the labels that jobs ask for",
                _COST,
                width_percent=_HALF,
            ),
            _table(
                "cost",
                "By repository",
                _COST,
                width_percent=_HALF,
                given={"each": "repository"},
            ),
            _table(
                "cost",
                "By workflow",
                _COST,
                given={"each": "workflow"},
            ),
            _table(
                "wasted-core-hours",
                "Cores that were paid for and stood idle",
                "label jobs allowed_core_hours wasted_core_hours wasted_percent",
            ),
        ),
        is_priced=True,
    ),
    Page(
        "pipeline",
        "Pipeline health",
        "How the services themselves fare: what waits, how late rows are, what was refused.",
        (
            _figures("pipeline-figures", "At a glance", _FIGURES),
            _lines(
                "queue-depth-over-time",
                "Messages on the queue",
                "at messages",
                width_percent=_THIRD,
            ),
            _lines(
                "lag-over-time",
                "From the frontend to every sink",
                "at mean_seconds longest_seconds",
                width_percent=_THIRD,
            ),
            _lines(
                "deliveries-over-time",
                "Deliveries and batches of samples",
                "at received processed put_back refused poisoned",
                width_percent=_THIRD,
            ),
            _table(
                "refused-deliveries",
                "What was refused",
                "metric reason refused last_at",
                width_percent=_HALF,
            ),
            _table(
                "clamped-durations",
                "Durations that came out negative",
                "repository_full_name what clamped last_at",
                width_percent=_HALF,
            ),
            _table(
                "sample-coverage",
                "How much samplers saw, by label",
                "label jobs complete partial without declared seconds covered_seconds"
                " covered_percent",
            ),
        ),
    ),
)
