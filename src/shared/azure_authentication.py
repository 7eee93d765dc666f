"""APPLICATIONINSIGHTS_AUTHENTICATION_STRING in; as whom Application Insights is written to out.

Microsoft's own form: `Authorization=AAD`, and `;ClientId=UUID` for a user-assigned identity. A
resource without local authentication takes rows from nobody who has no token and no role.
https://learn.microsoft.com/en-us/azure/azure-monitor/app/azure-ad-authentication
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from .errors import SettingsError

_FORM = re.compile(
    r"(?i)Authorization=AAD(?:;ClientId=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?;?"
)
_OPEN_LINE = re.compile(r"(?i)IngestionEndpoint\s*=\s*http:")


@dataclass(frozen=True, slots=True)
class EntraIdentity:
    """Whose token rows are sent with; without a client id, whoever runs this."""

    client_id: str | None = None


def parse_identity(text: str) -> EntraIdentity:
    """The identity that the variable names.

    Raises:
        ValueError: it has another form; the exporter would send without a token, and not say so.
    """
    found = _FORM.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError("must be Authorization=AAD or Authorization=AAD;ClientId=UUID")
    return EntraIdentity(found[1])


def check_line(connection_string: str, identity: EntraIdentity | None) -> None:
    """Refuse to send a token over an open line: Azure's libraries would, each time, and say little.

    Raises:
        SettingsError: the connection string's endpoint is not https, and there is an identity.
    """
    if identity and _OPEN_LINE.search(connection_string):
        raise SettingsError(
            "APPLICATIONINSIGHTS_CONNECTION_STRING: its IngestionEndpoint is http, and tokens go by"
            " https alone: give it an https endpoint,"
            " or unset APPLICATIONINSIGHTS_AUTHENTICATION_STRING"
        )


def _identity(value: object) -> object:
    return parse_identity(value) if isinstance(value, str) else value


IdentitySetting = Annotated[EntraIdentity | None, NoDecode, BeforeValidator(_identity)]
"""A settings field that is this variable."""
