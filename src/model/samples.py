"""The sample batch, as far as the queue sees it: its kind and its name.

A sampler beside a runner numbers its batches; sampler and number name a batch, so that one sent
twice is known for what it is. What is in a batch is the sampler's and the judge's affair: to the
queue it is a body like any other.
"""

from __future__ import annotations

SAMPLES = "samples"
"""The kind of event that a batch is, beside GitHub's workflow_run and workflow_job."""


def batch_id(sampler_id: str, sequence: int) -> str:
    """`3f2a…-17`: the 17th batch of this sampler, whose id is hexadecimal."""
    return f"{sampler_id}-{sequence}"
