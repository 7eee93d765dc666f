"""The one table of names: every property, measurement and metric that leaves this product.

A term says what a name means, its unit, its type in KQL, which records carry it and how OpenTelemetry
calls it. The sinks write by this table; docs/telemetry.md and the columns of the saved KQL
functions are generated from it; a record field without a term fails a test.

Names are those that earlier versions documented; new ones are OpenTelemetry's idea in Application
Insights' habit (snake_case). Units are UCUM codes, as OpenTelemetry writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

RUN_EVENT = "WorkflowRun"
JOB_EVENT = "WorkflowJob"
STEP_EVENT = "WorkflowStep"

PROPERTY = "property"
MEASUREMENT = "measurement"


@dataclass(frozen=True)
class Term:
    """One name; `type` is KQL's (string, long, real, bool, datetime), `on` the events that carry it."""

    name: str
    kind: str
    type: str
    unit: str
    on: tuple[str, ...]
    meaning: str
    attribute: str = ""  # OpenTelemetry's name on the span, where it has one


_RUN, _JOB, _STEP = (RUN_EVENT,), (JOB_EVENT,), (STEP_EVENT,)
_ALL = _RUN + _JOB + _STEP
_RUN_AND_JOB, _JOB_AND_STEP = _RUN + _JOB, _JOB + _STEP


def _property(
    name: str, on: tuple[str, ...], meaning: str, attribute: str = "", type: str = "string"
) -> Term:
    return Term(name, PROPERTY, type, "", on, meaning, attribute)


def _measurement(name: str, unit: str, on: tuple[str, ...], meaning: str) -> Term:
    return Term(name, MEASUREMENT, "real" if unit == "s" else "long", unit, on, meaning)


TERMS: tuple[Term, ...] = (
    _property("record_id", _ALL, "What this row is about; the same through the thing's whole life"),
    _measurement("revision", "1", _ALL, "Place in that life; the highest revision is the truth"),
    _property("content_hash", _ALL, "Fingerprint of the content; breaks ties between revisions"),
    _property(
        "time_shifted",
        _ALL,
        "true where the row's own time had to be moved to be accepted",
        type="bool",
    ),
    _property("host", _ALL, "GitHub's host: github.com or an Enterprise Server's"),
    _property("repository_id", _ALL, "Repository's number, stable over renames", type="long"),
    _property("repository_full_name", _ALL, "owner/name"),
    _property(
        "workflow_run_id", _ALL, "Run's number, shared by its attempts", "cicd.pipeline.run.id"
    ),
    _property("run_attempt", _ALL, "1 for the first try; rises with each re-run", type="long"),
    _property("run_number", _RUN, "Count of the workflow's runs, as shown by GitHub", type="long"),
    _property("workflow_name", _ALL, "Workflow's name", "cicd.pipeline.name"),
    _property("workflow_path", _RUN, "Workflow's file in the repository"),
    _property("display_title", _RUN, "Run's title as shown by GitHub"),
    _property("event", _RUN, "What started the run: push, pull_request, schedule, …"),
    _property("job_id", _JOB_AND_STEP, "Job's number", "cicd.pipeline.task.run.id"),
    _property(
        "job_name", _JOB_AND_STEP, "Job's name, with its matrix values", "cicd.pipeline.task.name"
    ),
    _property("step_number", _STEP, "Step's number within its job; gaps are normal", type="long"),
    _property("step_name", _STEP, "Step's name"),
    _property("status", _RUN_AND_JOB, "GitHub's word: queued, waiting, in_progress, completed, …"),
    _property(
        "conclusion", _RUN_AND_JOB, "GitHub's word once completed: success, failure, cancelled, …"
    ),
    _property("step_status", _STEP, "GitHub's word for the step"),
    _property(
        "step_conclusion", _STEP, "GitHub's word for the step; continue-on-error shows success"
    ),
    _property(
        "execution",
        _JOB,
        "How a completed job came about: ran, skipped, not_started (no runner ever took it),"
        " reused (carried over from an earlier attempt), check_run (a check attached by an app)",
    ),
    _property("branch", _ALL, "Head branch", "vcs.ref.head.name"),
    _property("commit_sha", _ALL, "Head commit", "vcs.ref.head.revision"),
    _property(
        "pull_request_number", _RUN, "First pull request of the run", "vcs.change.id", type="long"
    ),
    _property(
        "actor",
        _RUN_AND_JOB,
        "Login of whoever started the first attempt; for a job, the delivery's sender",
    ),
    _property("triggered_by", _RUN, "Login of whoever started this attempt"),
    _property(
        "labels", _JOB_AND_STEP, "Labels the job asked for, comma-separated, in GitHub's order"
    ),
    _property("pool_name", _JOB_AND_STEP, "Pool from the label ManagedDevOps.Pool=NAME"),
    _property("runner_id", _JOB, "Runner's number", "cicd.worker.id", type="long"),
    _property(
        "runner_name",
        _JOB_AND_STEP,
        "Runner's name; reused by self-hosted machines",
        "cicd.worker.name",
    ),
    _property("runner_group", _JOB_AND_STEP, "Runner group's name"),
    _property("run_url", _RUN, "Run's page", "cicd.pipeline.run.url.full"),
    _property("job_url", _JOB_AND_STEP, "Job's page", "cicd.pipeline.task.run.url.full"),
    _property("delivery_id", _ALL, "X-GitHub-Delivery of the delivery this row came from"),
    _property("created_at", _RUN_AND_JOB, "When GitHub created it", type="datetime"),
    _property(
        "started_at", _ALL, "When it began; for a run, when this attempt did", type="datetime"
    ),
    _property("completed_at", _ALL, "When it ended", type="datetime"),
    _measurement(
        "duration_seconds", "s", _ALL, "started_at to completed_at; none for what never ran"
    ),
    _measurement("queue_seconds", "s", _JOB, "Waiting for a runner, approvals not included"),
    _measurement(
        "approval_seconds", "s", _JOB, "Waiting for an approval or another protection rule"
    ),
    _measurement("step_count", "{step}", _JOB, "Steps the delivery listed"),
    _measurement(
        "clamped_count", "{duration}", _ALL, "Durations that came out negative and were set to 0"
    ),
)

TERM_BY_NAME = {term.name: term for term in TERMS}
TERMS_BY_EVENT = {event: tuple(t for t in TERMS if event in t.on) for event in _ALL}

# Written by the emission, not by a record.
EMISSION_TERMS = frozenset({"time_shifted"})


@dataclass(frozen=True)
class UsageTerm:
    """One figure of what a step or a job used; no row carries it yet."""

    name: str
    unit: str
    meaning: str


USAGE_TERMS: tuple[UsageTerm, ...] = (
    UsageTerm("seconds", "s", "How long it lasted"),
    UsageTerm("covered_seconds", "s", "How much of that samples saw"),
    UsageTerm(
        "samples",
        "",
        "`complete`: at most a tenth is missing, or no more than an interval and 2 s; `partial`: some of it was seen; `none`",
    ),
    UsageTerm(
        "attribution",
        "",
        "How its CPU was found: process (by its own processes), time (what ran at the time, shared by the steps that did) or mixed",
    ),
    UsageTerm("cpu_seconds", "s", "CPU time"),
    UsageTerm("cpu_seconds_by_time", "s", "The part of it that was shared by time"),
    UsageTerm("cpu_percent_mean", "%", "Its CPU, of the cores that are allowed, on average"),
    UsageTerm("cpu_percent_max", "%", "The same in the sample in which it was highest"),
    UsageTerm("cpu_steal_seconds", "s", "CPU time that the hypervisor gave to others"),
    UsageTerm("cpu_throttled_seconds", "s", "Time for which a CPU quota held the job back"),
    UsageTerm("cpu_iowait_seconds", "s", "CPU time that was idle with disk operations under way"),
    UsageTerm(
        "memory_mean_bytes",
        "By",
        "Memory in use on average: the machine's total less what is available (caches that can be given up are not in use), or the control group's where one limits the job",
    ),
    UsageTerm("memory_max_bytes", "By", "Memory in use at most"),
    UsageTerm("memory_delta_bytes", "By", "Memory in use at the end less that at the beginning"),
    UsageTerm(
        "memory_headroom_bytes", "By", "What was left of the memory that is allowed, at least"
    ),
    UsageTerm(
        "memory_own_max_bytes",
        "By",
        "What its own processes held at most, all together at one moment (resident; shared pages count for each)",
    ),
    UsageTerm("swap_max_bytes", "By", "Swap in use at most"),
    UsageTerm(
        "out_of_memory_kills", "{kill}", "Processes that the kernel killed for want of memory"
    ),
    UsageTerm("disk_read_bytes", "By", "Read from all disks"),
    UsageTerm("disk_written_bytes", "By", "Written to all disks"),
    UsageTerm("disk_reads", "{operation}", "Read operations"),
    UsageTerm("disk_writes", "{operation}", "Write operations"),
    UsageTerm("disk_read_bytes_per_second", "By/s", "Read a second, of the time that was counted"),
    UsageTerm(
        "disk_written_bytes_per_second", "By/s", "Written a second, of the time that was counted"
    ),
    UsageTerm(
        "disk_utilisation_percent",
        "%",
        "Share of time in which the busiest disk had something to do",
    ),
    UsageTerm("disk_await_ms", "ms", "From asking for an operation to having it, on average"),
    UsageTerm("disk_queue_depth", "{operation}", "Operations under way, on average"),
    UsageTerm(
        "disk_free_min_bytes",
        "By",
        "What was free at least on the filesystem that ran full, else the fullest",
    ),
    UsageTerm("disk_free_min_percent", "%", "The same as a share of its size"),
    UsageTerm(
        "disk_free_fell_bytes", "By", "How far that was below what was free at the beginning"
    ),
    UsageTerm("network_received_bytes", "By", "Received by the interfaces that lead out"),
    UsageTerm("network_sent_bytes", "By", "Sent by them"),
    UsageTerm(
        "network_received_bytes_per_second",
        "By/s",
        "Received a second, of the time that was counted",
    ),
    UsageTerm(
        "network_sent_bytes_per_second", "By/s", "Sent a second, of the time that was counted"
    ),
    UsageTerm(
        "stalled_cpu_seconds",
        "s",
        "Time in which something waited for a core (the kernel's pressure stall information, `some`)",
    ),
    UsageTerm("stalled_memory_seconds", "s", "Time in which something waited for memory (`some`)"),
    UsageTerm("stalled_io_seconds", "s", "Time in which something waited for a disk (`some`)"),
    UsageTerm(
        "stalled_memory_full_seconds", "s", "Time in which everything waited for memory (`full`)"
    ),
    UsageTerm(
        "stalled_io_full_seconds", "s", "Time in which everything waited for a disk (`full`)"
    ),
    UsageTerm(
        "top_by_cpu",
        "",
        "The five processes, by name, that used most CPU: how many there were (`seen`), CPU seconds (`own_cpu_seconds` of them by processes of the step itself), the most memory that those of one name and owner held together at one moment, bytes read and written",
    ),
    UsageTerm("top_by_memory", "", "The five that held most memory"),
)
"""What the judge tells of every step, of the job and of the time between steps."""


COUNTER = "counter"
GAUGE = "gauge"
HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Metric:
    """One figure that a service tells of itself; `by` names its attribute, where it has one."""

    name: str
    kind: str
    unit: str
    meaning: str
    by: str = ""


PREFIX = "github_telemetry."

RECEIVED = PREFIX + "deliveries.received"
IGNORED = PREFIX + "deliveries.ignored"
REFUSED = PREFIX + "deliveries.refused"
ENQUEUED = PREFIX + "deliveries.enqueued"
ANSWER_DURATION = PREFIX + "answer.duration"
QUEUE_DEPTH = PREFIX + "queue.depth"
OLDEST_AGE = PREFIX + "queue.oldest_age"
PROCESSED = PREFIX + "deliveries.processed"
FAILED = PREFIX + "deliveries.failed"
PUT_BACK = PREFIX + "deliveries.put_back"
POISONED = PREFIX + "deliveries.poisoned"
EMITTED = PREFIX + "rows.emitted"
CLAMPED = PREFIX + "durations.clamped"
LAG = PREFIX + "deliveries.lag"
SAMPLES_RECEIVED = PREFIX + "samples.received"
SAMPLES_REFUSED = PREFIX + "samples.refused"
SAMPLES_ENQUEUED = PREFIX + "samples.enqueued"
SAMPLES_ANSWER_DURATION = PREFIX + "samples.answer_duration"

METRICS: tuple[Metric, ...] = (
    Metric(RECEIVED, COUNTER, "{delivery}", "Requests to the webhook, whatever became of them"),
    Metric(IGNORED, COUNTER, "{delivery}", "Deliveries with nothing to do: ping, other events"),
    Metric(REFUSED, COUNTER, "{delivery}", "Deliveries that were not taken", by="reason"),
    Metric(ENQUEUED, COUNTER, "{delivery}", "Deliveries on the queue, answered with 202"),
    Metric(ANSWER_DURATION, HISTOGRAM, "s", "From a request's headers to its answer", by="status"),
    Metric(
        QUEUE_DEPTH, GAUGE, "{message}", "Messages on the queue, those being worked on included"
    ),
    Metric(
        OLDEST_AGE,
        GAUGE,
        "s",
        "Age of the oldest message that waits in the queue, or that a worker has and cannot finish",
    ),
    Metric(PROCESSED, COUNTER, "{delivery}", "Deliveries whose rows every sink has"),
    Metric(FAILED, COUNTER, "{delivery}", "Tries at a delivery that failed while others passed"),
    Metric(
        PUT_BACK, COUNTER, "{delivery}", "Deliveries given back to the queue, to be tried again"
    ),
    Metric(POISONED, COUNTER, "{delivery}", "Deliveries moved to the poison queue"),
    Metric(EMITTED, COUNTER, "{row}", "Rows that a sink took", by="sink"),
    Metric(CLAMPED, COUNTER, "{duration}", "Durations that came out negative and were set to 0"),
    Metric(
        LAG,
        HISTOGRAM,
        "s",
        "From the frontend's receiving a delivery to every sink's having its rows",
    ),
    Metric(SAMPLES_RECEIVED, COUNTER, "{batch}", "Requests of samplers, whatever became of them"),
    Metric(SAMPLES_REFUSED, COUNTER, "{batch}", "Batches that were not taken", by="reason"),
    Metric(SAMPLES_ENQUEUED, COUNTER, "{batch}", "Batches on the queue, answered with 202"),
    Metric(
        SAMPLES_ANSWER_DURATION,
        HISTOGRAM,
        "s",
        "From the headers of a sampler's request to its answer",
        by="status",
    ),
)

METRIC_BY_NAME = {metric.name: metric for metric in METRICS}

RESULT_BY_CONCLUSION = {
    "success": "success",
    "neutral": "success",
    "failure": "failure",
    "startup_failure": "error",
    "action_required": "failure",
    "timed_out": "timeout",
    "cancelled": "cancellation",
    "stale": "cancellation",
    "skipped": "skip",
}
"""GitHub's conclusions in OpenTelemetry's words for cicd.pipeline.result."""

FAILED_RESULTS = frozenset({"failure", "error", "timeout"})
"""Results that make a span an error; a skipped or cancelled step is none."""
