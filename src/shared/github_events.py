"""What we read of GitHub's deliveries: a webhook body in, its typed subset out.

The subset has GitHub's own names and shape, so a trimmed body is still a GitHub body. Fields that
some real deliveries lack are optional; words (status, conclusion, action) stay GitHub's strings,
so an unknown one passes through. Unknown fields are skipped while parsing, at no cost.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import re
from typing import Annotated, TypeAlias

import msgspec

from .errors import DeliveryRefusedError

WORKFLOW_RUN = "workflow_run"
WORKFLOW_JOB = "workflow_job"
DEFAULT_HOST = "github.com"

# JSON's numbers have no end, but ids become parts of keys, and a folder's names have one.
Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Immutable, without cycles; absent and null are the same, and neither is written."""


class User(_Part, frozen=True):
    """Anybody with a login."""

    login: str | None = None


class Repository(_Part, frozen=True):
    """The repository a delivery is about."""

    id: Integer
    full_name: str
    html_url: str | None = None


class Step(_Part, frozen=True):
    """A step as its job lists it."""

    name: str
    number: Integer
    status: str | None = None
    conclusion: str | None = None
    started_at: str | None = None
    completed_at: str | None = None


class WorkflowJob(_Part, frozen=True):
    """A job; older servers send neither created_at nor workflow_name nor any runner field."""

    id: Integer
    run_id: Integer
    name: str
    run_attempt: Integer | None = None
    workflow_name: str | None = None
    head_branch: str | None = None
    head_sha: str | None = None
    html_url: str | None = None
    status: str | None = None
    conclusion: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    labels: tuple[str, ...] | None = None
    runner_id: Integer | None = None
    runner_name: str | None = None
    runner_group_name: str | None = None
    steps: tuple[Step, ...] | None = None


class PullRequest(_Part, frozen=True):
    """A pull request as a run lists it."""

    number: Integer | None = None


class WorkflowRun(_Part, frozen=True):
    """A run attempt."""

    id: Integer
    name: str | None = None
    run_attempt: Integer | None = None
    run_number: Integer | None = None
    path: str | None = None
    display_title: str | None = None
    event: str | None = None
    status: str | None = None
    conclusion: str | None = None
    head_branch: str | None = None
    head_sha: str | None = None
    html_url: str | None = None
    created_at: str | None = None
    run_started_at: str | None = None
    updated_at: str | None = None
    actor: User | None = None
    triggering_actor: User | None = None
    pull_requests: tuple[PullRequest, ...] | None = None


class RunDelivery(_Part, frozen=True):
    """The body of a workflow_run delivery."""

    action: str
    repository: Repository
    workflow_run: WorkflowRun
    sender: User | None = None


class JobDelivery(_Part, frozen=True):
    """The body of a workflow_job delivery."""

    action: str
    repository: Repository
    workflow_job: WorkflowJob
    sender: User | None = None


GitHubDelivery: TypeAlias = RunDelivery | JobDelivery

_DECODERS: dict[str, msgspec.json.Decoder[GitHubDelivery]] = {
    WORKFLOW_RUN: msgspec.json.Decoder(RunDelivery),
    WORKFLOW_JOB: msgspec.json.Decoder(JobDelivery),
}
_encode = msgspec.json.Encoder().encode

EVENTS = frozenset(_DECODERS)

# Both become parts of keys and ids, so they are checked at the door.
_HOST = re.compile(r"(?=.{1,128}$)[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
_DELIVERY_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class _Subject(msgspec.Struct):
    """Only whether the delivery's subject is an explicit null."""

    workflow_run: msgspec.Raw | msgspec.UnsetType | None = msgspec.UNSET
    workflow_job: msgspec.Raw | msgspec.UnsetType | None = msgspec.UNSET


def parse_delivery(event: str, body: bytes | msgspec.Raw) -> GitHubDelivery:
    """The typed subset of a workflow_run or workflow_job body.

    Raises:
        DeliveryRefusedError: the body is not JSON, or not a delivery of this event.
    """
    try:
        delivery = _DECODERS[event].decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise DeliveryRefusedError(f"not a {event} delivery: {exc}") from exc
    if not _HOST.fullmatch(github_host(delivery)):
        raise DeliveryRefusedError(f"not a {event} delivery: repository.html_url has no host")
    return delivery


def is_delivery_id(text: str) -> bool:
    """Whether this can be an X-GitHub-Delivery: GitHub's are GUIDs."""
    return _DELIVERY_ID.fullmatch(text) is not None


def has_null_subject(event: str, body: bytes) -> bool:
    """Whether this is one of GitHub's real deliveries with `workflow_job: null`."""
    try:
        return getattr(msgspec.json.decode(body, type=_Subject), event) is None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def trim(delivery: GitHubDelivery) -> bytes:
    """The delivery's subset as compact JSON, the same bytes for the same content."""
    return _encode(delivery)


def github_host(delivery: GitHubDelivery) -> str:
    """`github.com`, or the Enterprise Server's host (with its port) from the repository's URL."""
    scheme, _, rest = (delivery.repository.html_url or "").partition("://")
    host = rest.partition("/")[0].lower()
    return host if host and scheme in {"http", "https"} else DEFAULT_HOST
