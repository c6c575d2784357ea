"""The policies that Microsoft documents, and the sections and scopes that each is documented for.

learn.microsoft.com/azure/api-management/api-management-policies and each policy's own page, under Usage. Azure adds
policies, and takes some where its pages don't say so: what isn't here is doubted, and never refused.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES: Final = ("global", "workspace", "product", "API", "operation")
_SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"i": "inbound", "b": "backend", "o": "outbound", "e": "on-error"}
)
_LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"g": "global", "w": "workspace", "p": "product", "a": "API", "o": "operation"}
)


class Usage(NamedTuple):
    """Where a policy may stand."""

    sections: tuple[str, ...]
    scopes: tuple[str, ...]


# Sections by their first letter (e: on-error); after a slash the scopes, where they aren't all.
_TABLE: Final = """
authentication-basic i
authentication-certificate i
authentication-managed-identity i
azure-openai-emit-token-metric i
azure-openai-semantic-cache-lookup i/wpao
azure-openai-semantic-cache-store o/wpao
azure-openai-token-limit i
base ibo e
cache-lookup i/wpao
cache-lookup-value ibo e
cache-remove-value ibo e
cache-store o
cache-store-value ibo e
check-header i
choose ibo e
cors i
cross-domain i/g
emit-metric ibo e
find-and-replace ibo e
forward-request b
get-authorization-context i
http-data-source b
include-fragment ibo e
invoke-dapr-binding io e
ip-filter i
json-to-xml io e
jsonp o
limit-concurrency ibo e
llm-content-safety i
llm-emit-token-metric i
llm-semantic-cache-lookup i/wpao
llm-semantic-cache-store o/wpao
llm-token-limit i
log-to-eventhub ibo e
mock-response io e
proxy i
publish-event ibo e
publish-to-dapr io e
quota i/p
quota-by-key i
rate-limit i/wpao
rate-limit-by-key i
redirect-content-urls io
retry ibo e
return-response ibo e
rewrite-uri i
send-one-way-request ibo e
send-request ibo e
send-service-bus-message io e
set-backend-service ib
set-body ibo
set-graphql-resolver b
set-header ibo e
set-method ie
set-query-parameter ib
set-status ibo e
set-variable ibo e
trace ibo e
validate-azure-ad-token i
validate-client-certificate i
validate-content io e
validate-graphql-request i
validate-headers oe
validate-jwt i
validate-odata-request i
validate-parameters i
validate-status-code oe
wait ibo
xml-to-json io e
xsl-transform io
"""


def _read() -> Mapping[str, Usage]:
    found = {}
    for line in _TABLE.split("\n"):
        name, _, where = line.partition(" ")
        sections, _, scopes = where.replace(" ", "").partition("/")
        if name:
            at = tuple(_LETTERS[letter] for letter in scopes) if scopes else SCOPES
            found[name] = Usage(tuple(_SECTIONS[letter] for letter in sections), at)
    return MappingProxyType(found)


KNOWN: Final = _read()
# What holds further policies of the same section; everything else holds settings of its own.
HOLDERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "choose": ("when", "otherwise"),
        "when": (),
        "otherwise": (),
        "retry": (),
        "wait": (),
        "limit-concurrency": (),
    }
)
