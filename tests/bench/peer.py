"""A script as somebody would write it with the SDK: `peer.py URL NAME THREADS` reads what `drift` reads of an instance.

It is measured beside provision, and takes the same token, which is none of Azure's.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ResourceNotFoundError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ZEROS = "00000000-0000-0000-0000-000000000000"
MADE_BY_AZURE = ("echo-api", "unlimited")
Job = tuple["Callable[..., Any]", tuple[str, ...]]


class Token(SansIOHTTPPolicy[Any, Any]):
    """Any token will do."""

    def on_request(self, request: Any) -> None:
        request.http_request.headers["Authorization"] = "Bearer bench"


def read(job: Job) -> Any:
    """One read; that there is no policy is an answer too."""
    method, names = job
    try:
        found = method(*names)
        return list(found) if hasattr(found, "by_page") else found
    except ResourceNotFoundError:
        return None


def walk(api: Any, resources: Any, name: str, run: Callable[[Iterable[Job]], list[Any]]) -> None:
    """Group, instance, lists; then level by level everything that Azure didn't make, and its policies."""
    at = (name, name)
    run([(resources.resource_groups.get, (name,)), (api.api_management_service.get, at)])
    lists = run([(api.api.list_by_service, at), (api.product.list_by_service, at)])
    apis, products = ([one.name for one in found if one.name not in MADE_BY_AZURE] for found in lists)
    jobs: list[Job] = []
    for one in products:
        jobs += [(api.product.get, (*at, one)), (api.product_policy.get, (*at, one, "policy"))]
        jobs += [(api.product_api.list_by_product, (*at, one))]
    for one in apis:
        jobs += [(api.api.get, (*at, one)), (api.api_policy.get, (*at, one, "policy"))]
    run(jobs)
    listed = run([(api.api_operation.list_by_api, (*at, one)) for one in apis])
    every = [(*at, one, operation.name) for one, found in zip(apis, listed, strict=True) for operation in found]
    run([(api.api_operation.get, names) for names in every])
    run([(api.api_operation_policy.get, (*names, "policy")) for names in every])


def main(url: str, name: str, threads: int) -> None:
    """Read everything, one after the other or in threads."""
    credential: Any = object()
    options: dict[str, Any] = {"base_url": url, "authentication_policy": Token()}
    api = ApiManagementClient(credential, ZEROS, **options)
    resources = ResourceManagementClient(credential, ZEROS, **options)
    if threads == 1:
        walk(api, resources, name, lambda jobs: [read(job) for job in jobs])
        return
    with ThreadPoolExecutor(threads) as pool:
        walk(api, resources, name, lambda jobs: list(pool.map(read, jobs)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
