"""What a Studio web service answers when it refuses: a class of errors, and in `details` the one that it was.

Codes, statuses and messages: learn.microsoft.com, "Studio (classic) REST API error codes" (web-service-error-codes);
the envelope as clients of the service have shown it. Which code comes for which mistake is a reading of their messages
[?], and so is the code for an unknown job, for which the page has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "BadArgument": (400, "Invalid argument provided."),
        "BadUserArgument": (400, "Invalid user argument provided."),
        "InvalidOperation": (400, "The request is invalid in the current context."),
        "Unauthorized": (401, "Request is unauthorized to access resource."),
        "NotFound": (404, "Resource not found."),
    }
)
REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "BadVersionCall": (
            "BadArgument",
            (
                "Invalid version parameter was passed during the API call: {0}. "
                "Check the API help page for passing the correct version and try again."
            ),
        ),
        "BatchJobInputsNotSpecified": (
            "BadArgument",
            (
                "The following required input(s) were not specified with the request: {0}. "
                "Please ensure all input data is specified and try again."
            ),
        ),
        "DuplicateInputInBatchCall": (
            "BadArgument",
            (
                "The batch request is invalid. Cannot specify both single and multiple input at the same time. "
                "Remove one of these items from the request and try again."
            ),
        ),
        "InputBlobRelativeLocationInvalid": (
            "BadArgument",
            "No Azure storage blob name provided. Provide a valid blob name and try again.",
        ),
        "ContainerIsEmpty": (
            "BadArgument",
            "No Azure storage container name was provided. Provide a valid container name and try again.",
        ),
        "InvalidBlob": (
            "BadArgument",
            (
                "Invalid blob specification for blob: {0}. Verify that connection string / relative path or SAS token "
                "specification is correct and try again."
            ),
        ),
        "InvalidBlobConnectionString": (
            "BadArgument",
            (
                "The connection string specified for one of the input/output blobs in invalid: {0}. "
                "Please correct this and try again."
            ),
        ),
        "InvalidBlobExtension": (
            "BadArgument",
            (
                "The blob reference: {0} has an invalid or missing file extension. "
                'Supported file extensions for this output type are: "{1}".'
            ),
        ),
        "InvalidInputNames": (
            "BadArgument",
            (
                "Invalid service input name(s) specified in the request: {0}. "
                "Please map the input data to the correct service inputs and try again."
            ),
        ),
        "InvalidOutputOverrideName": (
            "BadArgument",
            (
                "Invalid output override name: {0}. The service does not have an output node with this name. "
                "Please pass in a correct output node name to override (case sensitivity applies)."
            ),
        ),
        "InvalidQueryParameter": ("BadArgument", "Invalid query parameter '{0}'. {1}"),
        "MissingInputBlobInformation": (
            "BadArgument",
            (
                "Missing Azure storage blob information. "
                "Provide a valid connection string and relative path or URI and try again."
            ),
        ),
        "MissingOutputOverrideSpecification": (
            "BadArgument",
            (
                "The request is missing the blob specification for output override {0}. Please specify a valid blob "
                "location with the request, or remove the output specification if no location override is desired."
            ),
        ),
        "MissingRequestInput": (
            "BadArgument",
            (
                "The web service expects an input, but no input was provided. "
                "Ensure valid inputs are provided based on the published input ports in the model and try again."
            ),
        ),
        "RequestBodyInvalid": (
            "BadArgument",
            "No request body provided or error in deserializing the request body.",
        ),
        "UnexpectedParameter": (
            "BadUserArgument",
            "Verify only the required parameters expected by the web service are passed and try again.",
        ),
        "InputMismatchError": ("BadUserArgument", "Input data does not match input port schema."),
        "InputParseError": (
            "BadUserArgument",
            (
                "Parsing of input vector failed.  Verify the input vector has the correct number of columns and data "
                "types.  Additional details: {0}."
            ),
        ),
        "CannotStartJob": ("InvalidOperation", "The job cannot be started because it is in {0} state."),
        "ScoreRequestUnauthorized": ("Unauthorized", "Invalid credentials provided."),
        "WebServiceIdNotFoundInWorkspace": (
            "NotFound",
            (
                "Web service under this workspace not found. There is a mismatch between the webServiceId and the "
                "workspaceId. Verify the web service provided is part of the workspace and try again."
            ),
        ),
        "WorkspaceNotFound": ("NotFound", "Workspace not found. Verify the workspace Id is correct and try again."),
        "JobNotFound": ("NotFound", "Job not found. Verify the job Id is correct and try again."),
    }
)


@dataclass(slots=True)
class RefusedError(Exception):
    """A refusal by its code; `values` fill the places of its message, `more` says what the message has no place for."""

    code: str
    values: tuple[str, ...] = ()
    more: str = ""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return CLASSES[REASONS[self.code][0]][0]

    @property
    def message(self) -> str:
        """What was wrong."""
        said = REASONS[self.code][1].format(*self.values)
        return f"{said} {self.more}" if self.more else said

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        kind = REASONS[self.code][0]
        details = [{"code": self.code, "message": self.message}]
        return {"error": {"code": kind, "message": CLASSES[kind][1], "details": details}}
