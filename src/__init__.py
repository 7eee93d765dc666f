"""GitHub Telemetry: where GitHub Actions time goes.

Follow one delivery:

    frontend/   GitHub's webhook: verify, trim, enqueue; answers 202 when the queue has it
    shared/     what both services stand on: signature, events, envelopes, queues, object store
    backend/    takes messages, decides what they mean, emits rows, remembers what was emitted
    insights/   the local stand-in for Application Insights: ingestion, tables, KQL
    kql/        the questions: saved functions, queries, alerts, dashboards

What the rooms share: `model/` (times, ids, records, sample batches, the table of names) and
`analysis/` (durations; what each step used and what it was short of), both pure; `charts/` draws.
On the runner, `sampler/` sees what machine and processes do, with nothing installed. Around them:
`simulate/` makes realistic deliveries and samples with known truth, `cli/` is the command line
(`python -m src --help`).

Imports point downward only: cli · frontend | backend | insights | simulate | sampler ·
shared | kql · charts · analysis · model. `lint-imports` keeps it so.
"""
