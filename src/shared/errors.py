"""The one exception tree: what can go wrong between a delivery and its rows."""


class TelemetryError(Exception):
    """Anything that this product raises on purpose."""


class SettingsError(TelemetryError):
    """A setting is missing or makes no sense; the message says which, and what to do."""


class DeliveryRefusedError(TelemetryError):
    """A delivery that cannot be taken; the message is fit for the sender."""


class UndecodableMessageError(TelemetryError):
    """A queue message that is no envelope of ours."""


class NewerMessageError(UndecodableMessageError):
    """A queue message that a newer version of ours may understand."""


class QueueUnavailableError(TelemetryError):
    """The queue did not take or give a message; trying again may help."""


class ObjectStoreUnavailableError(TelemetryError):
    """The object store did not answer; trying again may help."""


class ObjectMissingError(ObjectStoreUnavailableError):
    """The object store answered that it has no such object."""


class SamplesMissingError(TelemetryError):
    """A job's samples are not all there yet, or late ones wait for others that may come."""


class SinkUnavailableError(TelemetryError):
    """A sink did not take all rows; trying again may help."""


class SinkRefusedError(TelemetryError):
    """A sink will never take some of a message's rows, though it takes those of others."""
