"""The one table of names: every property, measurement and metric that leaves this product.

A term says what a name means, its unit, its type in KQL, which records carry it and how OpenTelemetry
calls it. The sinks write by this table; docs/telemetry.md and the columns of the saved KQL
functions are generated from it; a record field without a term fails a test.

Names are those that earlier versions documented; new ones are OpenTelemetry's idea in Application
Insights' habit (snake_case). Units are UCUM codes, as OpenTelemetry writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .terms import ALL, JOB, JOB_AND_STEP, RUN, RUN_AND_JOB, STEP, Term, count, number, text
from .used_terms import USED_TERMS

DELIVERED_TERMS: tuple[Term, ...] = (
    text("record_id", ALL, "What this row is about; the same through the thing's whole life"),
    count("revision", "1", ALL, "Place in that life; the highest revision is the truth"),
    text("content_hash", ALL, "Fingerprint of the content; breaks ties between revisions"),
    text(
        "time_shifted",
        ALL,
        "true where the row's own time had to be moved to be accepted",
        type="bool",
    ),
    text("host", RUN_AND_JOB, "GitHub's host: github.com or an Enterprise Server's"),
    text("repository_id", RUN_AND_JOB, "Repository's number, stable over renames", type="long"),
    text("repository_full_name", ALL, "owner/name"),
    text("workflow_run_id", ALL, "Run's number, shared by its attempts", "cicd.pipeline.run.id"),
    text("run_attempt", RUN_AND_JOB, "1 for the first try; rises with each re-run", type="long"),
    text("run_number", RUN, "Count of the workflow's runs, as shown by GitHub", type="long"),
    text("workflow_name", ALL, "Workflow's name", "cicd.pipeline.name"),
    text("workflow_path", RUN, "Workflow's file in the repository"),
    text("display_title", RUN, "Run's title as shown by GitHub"),
    text("event", RUN, "What started the run: push, pull_request, schedule, …"),
    text("job_id", JOB_AND_STEP, "Job's number", "cicd.pipeline.task.run.id"),
    text("job_name", JOB_AND_STEP, "Job's name, with its matrix values", "cicd.pipeline.task.name"),
    text("step_number", STEP, "Step's number within its job; gaps are normal", type="long"),
    text("step_name", STEP, "Step's name"),
    text("status", RUN_AND_JOB, "GitHub's word: queued, waiting, in_progress, completed, …"),
    text("conclusion", RUN_AND_JOB, "GitHub's word once completed: success, failure, cancelled, …"),
    text("step_status", STEP, "GitHub's word for the step"),
    text("step_conclusion", STEP, "GitHub's word for the step; continue-on-error shows success"),
    text(
        "execution",
        JOB,
        "How a completed job came about: ran, skipped, not_started (no runner ever took it),"
        " reused (carried over from an earlier attempt), check_run (a check attached by an app)",
    ),
    text("branch", RUN_AND_JOB, "Head branch", "vcs.ref.head.name"),
    text("commit_sha", RUN_AND_JOB, "Head commit", "vcs.ref.head.revision"),
    text("pull_request_number", RUN, "First pull request of the run", "vcs.change.id", type="long"),
    text(
        "actor",
        RUN_AND_JOB,
        "Login of whoever started the first attempt; for a job, the delivery's sender",
    ),
    text("triggered_by", RUN, "Login of whoever started this attempt"),
    text("labels", JOB, "Labels the job asked for, comma-separated, in GitHub's order"),
    text("pool_name", JOB, "Pool from the label ManagedDevOps.Pool=NAME"),
    text("runner_id", JOB, "Runner's number", "cicd.worker.id", type="long"),
    text(
        "runner_name",
        JOB,
        "Runner's name; reused by self-hosted machines",
        "cicd.worker.name",
    ),
    text("runner_group", JOB, "Runner group's name"),
    text("run_url", RUN, "Run's page", "cicd.pipeline.run.url.full"),
    text("job_url", JOB, "Job's page", "cicd.pipeline.task.run.url.full"),
    text("delivery_id", RUN_AND_JOB, "X-GitHub-Delivery of the delivery this row came from"),
    text("created_at", RUN_AND_JOB, "When GitHub created it", type="datetime"),
    text("started_at", ALL, "When it began; for a run, when this attempt did", type="datetime"),
    text("completed_at", ALL, "When it ended", type="datetime"),
    number("duration_seconds", "s", ALL, "started_at to completed_at; none for what never ran"),
    number("queue_seconds", "s", JOB, "Waiting for a runner, approvals not included"),
    number("approval_seconds", "s", JOB, "Waiting for an approval or another protection rule"),
    count("step_count", "{step}", JOB, "Steps the delivery listed"),
    count("clamped_count", "{duration}", ALL, "Durations that came out negative and were set to 0"),
)

"""What GitHub's deliveries say, each a field of a record, and what the emission adds."""

TERMS: tuple[Term, ...] = (*DELIVERED_TERMS, *USED_TERMS)
TERM_BY_NAME = {term.name: term for term in TERMS}
TERMS_BY_EVENT = {event: tuple(t for t in TERMS if event in t.on) for event in ALL}

LOOKED_UP = (
    *("host", "repository_id", "run_attempt", "branch", "commit_sha"),
    *("labels", "pool_name", "runner_name", "runner_group", "job_url", "delivery_id"),
)
"""What steps have from their job: no row of a step says it again, WorkflowSteps() looks it up."""

EMISSION_TERMS = frozenset({"time_shifted"})
"""Written by the emission, not by a record."""


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
