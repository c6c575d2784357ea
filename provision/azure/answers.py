"""The border that no odd answer passes: what every answer of Azure has to be before anything is believed of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from azure.core.exceptions import DecodeError, IncompleteReadError
from azure.core.pipeline.policies import HTTPPolicy

from provision.address import GROUP, SERVICE
from provision.azure.failures import exchange
from provision.azure.shapes import shape_of
from provision.azure.waiting import current
from provision.azure.wire import flat
from provision.errors import AnswerError
from provision.kinds import Shape, current_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from azure.core.pipeline import PipelineRequest, PipelineResponse

    from provision.address import Address
    from provision.errors import AzureError
    from provision.kinds import Kind

ABSENT: Final = frozenset(
    {
        "ResourceNotFound",
        "ResourceGroupNotFound",
        "EntityNotFound",
        "NotFound",
        "AuthorizationGatewayNotFoundException",  # recorded: of authorization providers and what is in them
    }
)
_FAILED = 400
_MOST_PAGES: Final = 20_000  # addresses, two for each page
_SHOWN: Final = 60  # characters of what came instead


class Border(HTTPPolicy[Any, Any]):
    """Looks at every answer of a call, those of long operations too, before the SDK makes anything of it.

    Where an answer points to another host, of a next page or of an operation, nothing follows: the token stays here.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._host = urlsplit(endpoint).hostname or ""

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Raise AnswerError for what ARM would never say."""
        host = urlsplit(request.http_request.url).hostname or ""
        if host != self._host and not host.endswith(f".{self._host}"):
            raise refuse(f"it points to {host or 'no host'}, and the token goes to {self._host} only")
        try:
            response = self.next.send(request)
            _look(response.http_response)
        except IncompleteReadError:
            raise  # it broke off
        except (ValueError, LookupError, RecursionError, DecodeError):
            raise _undecodable() from None
        return response


def refuse(what: str) -> AnswerError:
    """The error for an answer that can't be Azure's."""
    call = current()
    return AnswerError(f"{call.doing}: the answer makes no sense: {what}{exchange(call.request, call.response)}")


def _undecodable() -> AnswerError:
    call, came = current(), ""
    response = call.response
    if response is not None:
        start = " ".join(response.content[:_SHOWN].decode("utf-8", "replace").split())
        came = f", but {response.headers.get('Content-Type') or 'of no declared type'}, and begins with {start!r}"
    what = f"the answer is not Azure's: it is no JSON{came} · is there a proxy in between?"
    return AnswerError(f"{call.doing}: {what}{exchange(call.request, call.response)}")


def _look(response: Any) -> None:
    """What holds for all of ARM's answers: an object, in which what steers the SDK is of the right type."""
    if response.status_code >= _FAILED:
        return
    if not response.content:
        call = current()
        if response.status_code in (200, 201) and (call.reads or call.request.method in ("PUT", "PATCH")):
            raise refuse("it is empty")
        return
    body = response.json()
    if not isinstance(body, dict):
        raise refuse("it is no JSON object")
    properties = body.get("properties", {})
    if isinstance(properties, dict):
        _text(properties, "provisioningState", "properties.provisioningState")
    elif properties is not None or "status" not in body:  # operations say `properties: null` where they have no more
        raise refuse("its properties are no object")
    for name in ("status", "nextLink", "id", "name", "resourceLocation"):
        _text(body, name, name)


def _text(body: Mapping[str, Any], name: str, at: str) -> None:
    if body.get(name) is not None and not isinstance(body[name], str):
        raise refuse(f"{at} is no text")


def resource(kind: Kind, address: Address) -> Callable[[Any, Any, Mapping[str, str]], tuple[dict[str, Any], str]]:
    """A reader of one resource for the SDK's `cls`: wire JSON, since the SDK's models drop what they don't know; ETag.

    It raises AnswerError where the answer is no whole resource of the kind: an empty object is not one with defaults.
    """

    def read(response: PipelineResponse[Any, Any], _: Any, headers: Mapping[str, str]) -> tuple[dict[str, Any], str]:
        body: dict[str, Any] = whole(kind, _body(response), "it")
        # The current revision may be asked for by its number, and is the API itself.
        names = {one.name.lower() for one in (address, current_of(address)) if one}
        if address.name and body["name"].lower() not in names:
            raise refuse(f"it is about {body['name']}")
        if kind.shape is Shape.ROOT and not body["properties"].get("provisioningState"):
            raise refuse("it has no properties.provisioningState")
        etag = headers.get("ETag") or response.http_response.headers.get("ETag") or ""
        if kind.traceless:
            etag = etag or _standing_in(body)
        if not etag and kind.shape is not Shape.ROOT:
            raise refuse("it has no ETag")
        return body, etag

    return read


def _standing_in(body: Mapping[str, Any]) -> str:
    """What tells a version of a resource from others where Azure has no ETag for it; it is never sent."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _body(response: PipelineResponse[Any, Any]) -> Any:
    return response.http_response.json() if response.http_response.content else None


def whole(kind: Kind, body: Any, at: str) -> dict[str, Any]:
    """A resource of a kind, as a GET or an item of a list shows it."""
    found = named(body, at)
    if kind.is_link:
        return found
    if not isinstance(found.get("properties"), dict):
        raise refuse(f"{at} has no properties")
    wrong = shape_of(kind).misfit(flat(kind, found), at)
    if wrong:
        raise refuse(wrong)
    return found


def named(body: Any, at: str) -> dict[str, Any]:
    """An object with an id that ends with its name: every recorded resource is one."""
    found = identified(body, at)
    name = found.get("name")
    if not isinstance(name, str) or not name:
        raise refuse(f"{at} has no name")
    if found["id"].rpartition("/")[2].lower() != name.lower():
        raise refuse(f"{at} is named {name}, and its id is {found['id']}")
    return found


def belonging(body: Any, at: str) -> dict[str, Any]:
    """An item of a list of any kind: of those that provision doesn't manage, what it reads of them."""
    found = identified(body, at)
    if not isinstance(found.get("name"), str) or not found["name"]:
        raise refuse(f"{at} has no name")
    properties = found.get("properties") or {}
    if not isinstance(properties, dict):
        raise refuse(f"the properties of {at} are no object")
    for name in ("ownerId", "scope"):
        _text(properties, name, f"{at}.properties.{name}")
    return found


def identified(body: Any, at: str) -> dict[str, Any]:
    """Anything with an id."""
    if not isinstance(body, dict) or not isinstance(body.get("id"), str) or not body["id"]:
        raise refuse(f"{at} has no id")
    return body


def deleted(response: PipelineResponse[Any, Any], _: Any, __: Mapping[str, str]) -> dict[str, Any]:
    """A deleted instance, for the SDK's `cls`."""
    return belonging(_body(response), "it")


def whatever(response: PipelineResponse[Any, Any], _: Any, __: Mapping[str, str]) -> dict[str, Any]:
    """An object, for the SDK's `cls`."""
    return _body(response) or {}


class Pages:
    """What a list brings, page by page: for the SDK's `raw_response_hook`."""

    def __init__(self, check: Callable[[Any, str], dict[str, Any]]) -> None:
        self.items: list[dict[str, Any]] = []
        self.short = ""  # that fewer items came than the last page counts
        self._check = check
        self._seen: set[str] = set()

    def __call__(self, response: PipelineResponse[Any, Any]) -> None:
        """Take one page. Raises AnswerError, for one that was there already too: its list would never end."""
        if response.http_response.status_code != 200:  # noqa: PLR2004
            return
        try:
            body = _body(response)
        except (ValueError, LookupError, RecursionError):
            raise _undecodable() from None
        if not isinstance(body, dict) or not isinstance(body.get("value"), list):
            raise refuse("it is no list: it has no value that is one")
        self.items += [self._check(item, f"value[{index}]") for index, item in enumerate(body["value"])]
        # "Total record count number across all pages", in every recorded list as many as it has. Of several pages none
        # is recorded [?]: a page that counted only its own items would never count more than all pages bring.
        count, found = body.get("count"), len(self.items)
        fewer = isinstance(count, int) and count > found and not body.get("nextLink")
        self.short = f"it counts {count} and lists {found or 'none'}" if fewer else ""
        self._follow(response.http_request.url, body.get("nextLink"))

    def _follow(self, page: str, following: Any) -> None:
        """The SDK writes the address of a page in its own way, so that both ways of writing it are kept."""
        if not isinstance(following, str) or not following:
            return
        self._seen.add(page)
        if following in self._seen or len(self._seen) > _MOST_PAGES:
            raise refuse(f"its nextLink comes back to a page that was read: {following}")
        self._seen.add(following)


def last(response: PipelineResponse[Any, Any], _: Any, __: Mapping[str, str]) -> dict[str, Any]:
    """The last answer of a long operation; deletions have none."""
    return _body(response) or {}


def means_absent(address: Address, error: AzureError) -> bool:
    """Whether a 404 is about this very resource: not about a subscription, nor, below the instance, about that."""
    if error.code not in ABSENT:
        return False
    if address in (GROUP, SERVICE):
        return True
    return error.code != "ResourceGroupNotFound" and "under resource group" not in str(error)
