"""Backends: what APIs and policies forward calls to."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from provision.kinds.facts import (
    AnyOrder,
    Default,
    Folded,
    Interpolated,
    Keyed,
    Optional,
    Ref,
    Secret,
)
from provision.kinds.kind import EVERYWHERE, Finding, Kind, Names, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

_CERTIFICATE: Final = Ref(("certificates",))
_KEY: Final = (Secret(), Interpolated())


def _check(properties: Properties) -> Iterator[Finding]:
    """A pool has no address of its own, although ARM's model demands one. Azure/azure-rest-api-specs#35713."""
    pool = properties.get("type") == "Pool"
    for name in ("url", "protocol"):
        if pool and properties.get(name) is not None:
            why = "a pool forwards to the backends in it"
            yield Finding((name,), f"a pool can't have {name}", why, "remove it", ("type",))
        elif not pool and not properties.get(name):
            why = "a backend that is no pool needs it"
            yield Finding((), f"{name} is missing", why, f"add {name}: ...", (name, "type"))
    services = (properties.get("pool") or {}).get("services")
    if pool and not services:
        why = "a pool forwards to them"
        yield Finding((), "pool.services is missing", why, "add pool: {services: [{id: ...}]}", ("pool", "type"))
    if services and not pool:
        yield Finding(("pool",), "pool needs type: Pool", "other backends have none", "add type: Pool", ("type",))


BACKEND = Kind(
    type="backends",
    title="backend",
    about="A backend, or a pool of them: what calls are forwarded to.",
    authority="https://learn.microsoft.com/rest/api/apimanagement/backend/create-or-update",
    key="backends",
    where=EVERYWHERE,
    names=Names(r"^[^*#&+:<>?/%\\]+$", 80),
    facts=MappingProxyType(
        {
            "url": (Optional(), Interpolated()),
            "protocol": Optional(),
            "type": Default("Single"),  # recorded: a backend without it shows none
            "resourceId": Folded(),  # an ARM id with the management endpoint before it
            "circuitBreaker.rules": Keyed("name"),
            "circuitBreaker.rules[].acceptRetryAfter": Default(False),
            "circuitBreaker.rules[].failureCondition.errorReasons": AnyOrder(),
            # Secrets by what they are for; ARM's examples of GET show them.
            "credentials.authorization.parameter": _KEY,
            "credentials.header": _KEY,
            "credentials.query": _KEY,
            "credentials.certificate": AnyOrder(),
            "credentials.certificateIds": (_CERTIFICATE, AnyOrder()),
            "proxy.password": _KEY,
            "proxy.url": Interpolated(),
            "pool.services": Keyed("id"),
            "pool.services[].id": Ref(("backends",)),
            # What a backend without `tls` does [?]; where a value is shown it is compared.
            "tls.validateCertificateChain": Default(True),
            "tls.validateCertificateName": Default(True),
        }
    ),
    check=_check,
)
