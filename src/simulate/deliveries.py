"""A delivery as GitHub would send it: what `simulate` makes and `cli/deliver.py` posts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook delivery: headers' values and the compact JSON body, at its moment of the day."""

    at: datetime
    event: str  # X-GitHub-Event: workflow_run or workflow_job
    delivery_id: str  # X-GitHub-Delivery
    body: bytes
