"""An item's envelope in, the rows it becomes out: one, or one a point for metrics. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.json import Decoder

from .envelope import (
    Content,
    DataPoint,
    Envelope,
    EventData,
    ExceptionData,
    MessageData,
    MetricData,
    RemoteDependencyData,
    RequestData,
)
from .fields import (
    MAX_MESSAGE_LENGTH,
    MAX_VALUE_LENGTH,
    BadItemError,
    cut,
    dimensions,
    dynamic,
    measurements,
    parse_duration_milliseconds,
    required,
    severity,
)

Row = dict[str, Any]
"""Column name → value; times are naive UTC, dynamic values JSON text."""

_COLUMN_BY_TAG = {
    "ai.application.ver": "application_Version",
    "ai.cloud.role": "cloud_RoleName",
    "ai.cloud.roleInstance": "cloud_RoleInstance",
    "ai.device.model": "client_Model",
    "ai.device.osVersion": "client_OS",
    "ai.device.type": "client_Type",
    "ai.internal.sdkVersion": "sdkVersion",
    "ai.location.ip": "client_IP",
    "ai.operation.id": "operation_Id",
    "ai.operation.name": "operation_Name",
    "ai.operation.parentId": "operation_ParentId",
    "ai.operation.syntheticSource": "operation_SyntheticSource",
    "ai.session.id": "session_Id",
    "ai.user.accountId": "user_AccountId",
    "ai.user.authUserId": "user_AuthenticatedId",
    "ai.user.id": "user_Id",
}


def rows_of(envelope: Envelope, moment: datetime) -> tuple[str, list[Row]]:
    """The table an item belongs to, and its rows; `moment` is its time, parsed (aware UTC).

    Raises:
        BadItemError: a kind of item without a table, or a field that makes no sense.
        msgspec.ValidationError: a field of the wrong type.
    """
    kind = envelope.data.base_type
    if kind not in _KINDS:
        raise BadItemError(f"Field 'baseType' on type 'Data' has no table here: {kind[:50]}")
    table, read_rows = _KINDS[kind]
    shared = _shared_columns(envelope, moment)
    return table, [{**shared, **own} for own in read_rows(bytes(envelope.data.base_data))]


def _shared_columns(envelope: Envelope, moment: datetime) -> Row:
    tags = envelope.tags or {}
    return {
        "timestamp": moment.replace(tzinfo=None),
        "iKey": envelope.i_key,
        "itemCount": round(100 / envelope.sample_rate) if envelope.sample_rate else 1,
        **{column: cut(tags[tag]) for tag, column in _COLUMN_BY_TAG.items() if tag in tags},
    }


def _custom(content: Content) -> Row:
    return {
        "customDimensions": dimensions(content.properties),
        "customMeasurements": measurements(content.measurements),
    }


def _event(event: EventData) -> Iterable[Row]:
    name = required("EventData", "name", event.name)
    yield {"name": cut(name), **_custom(event)}


def _message(message: MessageData) -> Iterable[Row]:
    text = required("MessageData", "message", message.message)
    yield {
        "message": cut(text, MAX_MESSAGE_LENGTH),
        "severityLevel": severity(message.severity_level),
        **_custom(message),
    }


def _request(request: RequestData) -> Iterable[Row]:
    yield {
        "source": cut(request.source),
        "url": cut(request.url, MAX_VALUE_LENGTH),
        "resultCode": cut(required("RequestData", "responseCode", request.response_code)),
        **_call("RequestData", request),
    }


def _dependency(dependency: RemoteDependencyData) -> Iterable[Row]:
    yield {
        "target": cut(dependency.target),
        "type": cut(dependency.type),
        "data": cut(dependency.data, MAX_VALUE_LENGTH),
        "resultCode": cut(dependency.result_code),
        **_call("RemoteDependencyData", dependency),
    }


def _call(type_name: str, call: RequestData | RemoteDependencyData) -> Row:
    duration = required(type_name, "duration", call.duration)
    return {
        "id": cut(call.id),
        "name": cut(call.name),
        "duration": parse_duration_milliseconds(duration),
        "success": None if call.success is None else str(call.success),
        **_custom(call),
    }


def _metrics(data: MetricData) -> Iterable[Row]:
    if not data.metrics:
        required("MetricData", "metrics", None)
    shared = {"customDimensions": dimensions(data.properties)}
    return [{**_metric(point), **shared} for point in data.metrics]


def _metric(point: DataPoint) -> Row:
    count = 1 if point.count is None else point.count
    single = point.value if count == 1 else None  # a lone measurement is its own extremes
    return {
        "name": cut(required("DataPoint", "name", point.name)),
        "value": point.value,
        "valueCount": count,
        "valueSum": point.value,
        "valueMin": single if point.min is None else point.min,
        "valueMax": single if point.max is None else point.max,
        "valueStdDev": point.std_dev,
    }


def _exception(data: ExceptionData) -> Iterable[Row]:
    if not data.exceptions:
        required("ExceptionData", "exceptions", None)
    outer, inner = data.exceptions[0], data.exceptions[-1]
    type_name = cut(outer.type_name)
    message = cut(outer.message, MAX_MESSAGE_LENGTH)
    yield {
        "problemId": cut(data.problem_id) or type_name,
        "type": type_name,
        "message": message,
        "outerType": type_name,
        "outerMessage": message,
        "innermostType": cut(inner.type_name),
        "innermostMessage": cut(inner.message, MAX_MESSAGE_LENGTH),
        "severityLevel": severity(data.severity_level),
        "details": dynamic(data.exceptions),
        **_custom(data),
    }


C = TypeVar("C", bound=Struct)
Reader = Callable[[bytes], Iterable[Row]]


def _reader(content: type[C], rows: Callable[[C], Iterable[Row]]) -> Reader:
    decode = Decoder(content).decode
    return lambda body: rows(decode(body))


_KINDS: dict[str, tuple[str, Reader]] = {
    "EventData": ("customEvents", _reader(EventData, _event)),
    "MessageData": ("traces", _reader(MessageData, _message)),
    "RequestData": ("requests", _reader(RequestData, _request)),
    "RemoteDependencyData": ("dependencies", _reader(RemoteDependencyData, _dependency)),
    "MetricData": ("customMetrics", _reader(MetricData, _metrics)),
    "ExceptionData": ("exceptions", _reader(ExceptionData, _exception)),
}
