"""What travels to the ingestion endpoint: one JSON item in, one typed envelope out.

The shapes are those of the Application Insights protocol, as its SDKs send them
(https://github.com/microsoft/ApplicationInsights-Home/tree/master/EndpointSpecs). An unknown field
is ignored, as there; a missing one that matters is refused by name.
"""

from typing import Annotated

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

MAX_INT = 2**31 - 1

Text = str | None
Count = Annotated[int, Meta(ge=0, le=MAX_INT)]
Level = Annotated[int, Meta(ge=0, le=4)] | str | None


class Data(Struct, rename="camel"):
    """The kind of an item and its still undecoded content."""

    base_type: str
    base_data: Raw


class Envelope(Struct, rename="camel"):
    """What items of every kind have around them."""

    data: Data
    time: Text = None
    i_key: Text = None
    sample_rate: Annotated[float, Meta(ge=0.001, le=100)] | None = None
    tags: dict[str, Text] | None = None


class Content(Struct, rename="camel"):
    """What items of every kind have inside."""

    properties: dict[str, Text] | None = None
    measurements: dict[str, float | None] | None = None


class EventData(Content):
    """A row of `customEvents`."""

    name: Text = None


class MessageData(Content):
    """A row of `traces`."""

    message: Text = None
    severity_level: Level = None


class RequestData(Content):
    """A row of `requests`."""

    id: Text = None
    name: Text = None
    duration: Text = None
    success: bool | None = None
    response_code: Text = None
    source: Text = None
    url: Text = None


class RemoteDependencyData(Content):
    """A row of `dependencies`."""

    id: Text = None
    name: Text = None
    duration: Text = None
    success: bool | None = None
    result_code: Text = None
    target: Text = None
    type: Text = None
    data: Text = None


class DataPoint(Struct, rename="camel"):
    """One metric's aggregate over an interval, or a single measurement (count 1)."""

    name: str
    value: float
    count: Count | None = None
    min: float | None = None
    max: float | None = None
    std_dev: float | None = None


class MetricData(Content):
    """Rows of `customMetrics`, one a point."""

    metrics: list[DataPoint] = field(default_factory=list)


class ExceptionDetails(Struct, rename="camel"):
    """One exception of a chain, the outermost first."""

    type_name: Text = None
    message: Text = None
    stack: Text = None
    has_full_stack: bool | None = None


class ExceptionData(Content):
    """A row of `exceptions`."""

    exceptions: list[ExceptionDetails] = field(default_factory=list)
    problem_id: Text = None
    severity_level: Level = None


decode_envelope = Decoder(Envelope).decode
