"""What storage answers when it refuses: learn.microsoft.com/rest/api/storageservices/blob-service-error-codes."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from provision.emulator.azureml.exchange import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

XML = "application/xml"
MESSAGES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "AuthenticationFailed": (403, "Server failed to authenticate the request."),
        "BlobAlreadyExists": (409, "The specified blob already exists."),
        "BlobNotFound": (404, "The specified blob does not exist."),
        "ConditionNotMet": (412, "The condition specified using HTTP conditional header(s) is not met."),
        "ContainerAlreadyExists": (409, "The specified container already exists."),
        "ContainerNotFound": (404, "The specified container does not exist."),
        "InvalidBlockList": (400, "The specified block list is invalid."),
        "InvalidMetadata": (400, "The specified metadata is invalid. It includes characters that are not permitted."),
        "InvalidRange": (416, "The range specified is invalid for the current size of the resource."),
        "InvalidResourceName": (400, "The specified resource name contains invalid characters."),
        "InvalidXmlDocument": (400, "XML specified is not syntactically valid."),
        "Md5Mismatch": (400, "The MD5 value specified in the request did not match the MD5 value calculated."),
        "NotImplemented": (501, "The emulator does not serve this."),
        "ResourceNotFound": (404, "The specified resource does not exist."),
        "NoAuthenticationInformation": (401, "Server failed to authenticate the request: it is not signed."),
    }
)


@dataclass(slots=True)
class StorageError(Exception):
    """A refusal by its code."""

    code: str
    more: str = ""

    def reply(self) -> Reply:
        """Return the answer."""
        status, message = MESSAGES[self.code]
        said = f"{message} {self.more}".rstrip()
        body = (
            f'<?xml version="1.0" encoding="utf-8"?>'
            f"<Error><Code>{self.code}</Code><Message>{escape(said)}</Message></Error>"
        )
        return Reply(status, body.encode(), {"content-type": XML, "x-ms-error-code": self.code})
