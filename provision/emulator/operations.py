"""Long-running operations: the URLs that answers hand out, and their polls.

An operation counts its polls down; nothing sleeps. Which URL form belongs to which api-version: recorded traffic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from provision.emulator.errors import ArmError
from provision.emulator.store import service_of
from provision.emulator.wire import Answer, Call

if TYPE_CHECKING:
    from provision.emulator.store import Row

PLAIN = "$;=,:@!'()*"  # what may stand in a path or query as it is; line ends and "&" of a name must not


def start(call: Call, **record: Any) -> str:
    """Record a new operation and return its id, 24 hex digits as the service's."""
    name = f"{int(call.world.clock.now().timestamp()):08x}{call.store.next('id'):016x}"
    call.store.save_operation(name, {"polls": call.world.lro_polls, **record})
    return name


def retry_after(call: Call) -> dict[str, str]:
    """Return the header of a polled answer."""
    return {"Retry-After": str(call.world.retry_after)}


def poll(call: Call, name: str) -> tuple[dict[str, Any], bool]:
    """Count one poll of an operation; returns its record and whether it has ended."""
    with call.store.transaction():
        record = call.store.operation(name)
        if record is None:
            raise ArmError(404, "OperationNotFound", f"The operation '{name}' does not exist.")
        if record["polls"] > 0:
            record["polls"] -= 1
            call.store.save_operation(name, record)
            return record, False
        return record, True


def url(call: Call, path: str, **query: str) -> str:
    """Return an absolute URL with the request's api-version; a value of "" is written without "="."""
    shown = {quote(key, PLAIN): quote(value, PLAIN, errors="replace") for key, value in query.items()}
    parts = [f"api-version={call.version}", *(f"{key}={value}" if value else key for key, value in shown.items())]
    return f"{call.request.base}{quote(path, PLAIN + '/', errors='replace')}?{'&'.join(parts)}"


def status(*, ended: bool) -> dict[str, str]:
    """Return the body of a status poll."""
    return {"status": "Succeeded" if ended else "InProgress"}


def began_put(call: Call, row: Row, *, new: bool) -> Answer:
    """Answer a PUT inside an instance that goes on after the answer.

    Until 2022-08-01 the service answers 202 without a body; from 2023 on 201 with a stub (recorded for named values
    and fragments; inferred for schemas and API imports, for which the SDK accepts only 200 and 201).
    """
    code = 201 if new else 200
    name = start(call, target=row.path, code=code)
    target = url(call, row.id, asyncId=name, asyncCode=str(code))
    if call.version < "2022":
        return Answer(202, None, {"Location": target})
    if call.version < "2023":
        service = service_of(row.id)
        return Answer(
            202,
            None,
            {"Location": target, "Azure-AsyncOperation": url(call, f"{service}/tenant/operationResults/{name}")},
        )
    headers = {"Location": target, "Azure-AsyncOperation": url(call, row.id, **{"azure-asyncId": name})}
    stub = {"id": row.id, "type": row.type_name, "name": row.name, "properties": {"ProvisioningState": "InProgress"}}
    return Answer(code, stub, headers)


def began_delete(call: Call, row_id: str) -> Answer:
    """Answer a DELETE inside an instance that goes on after the answer."""
    name = start(call, code=204)
    headers = {
        "Azure-AsyncOperation": url(call, row_id, **{"azure-asyncId": name}),
        "Location": url(call, row_id, asyncId=name, asyncCode="204"),
    }
    return Answer(202, None, headers)


def polled_resource(call: Call) -> tuple[Answer | None, int]:
    """Answer a GET with `asyncId` or `azure-asyncId`; (None, status) means: answer the resource with that status."""
    query = call.request.query
    if "azure-asyncid" in query:
        _, ended = poll(call, query["azure-asyncid"])
        headers = {} if ended else {"Azure-AsyncOperation": own_url(call), "Location": own_url(call)}
        return Answer(200, status(ended=ended), headers), 200
    record, ended = poll(call, query["asyncid"])
    if not ended:
        return Answer(202, None, {"Location": own_url(call), **retry_after(call)}), 202
    code = int(record.get("code", 200))
    return (Answer(204), 204) if code == 204 else (None, code)  # noqa: PLR2004


def own_url(call: Call) -> str:
    """Return the URL of a poll itself, for the next one."""
    spelled = {"asyncid": "asyncId", "asynccode": "asyncCode", "azure-asyncid": "azure-asyncId"}
    query = {spelled.get(k, k): v for k, v in call.request.query.items() if k != "api-version"}
    return url(call, "/" + "/".join(call.request.segments), **query)


def tenant_result(call: Call) -> Answer:
    """GET …/tenant/operationResults/ID: the status of an operation inside an instance."""
    _, ended = poll(call, call.request.segments[-1])
    own = own_url(call)
    return Answer(200, status(ended=ended), {} if ended else {"Azure-AsyncOperation": own, "Location": own})
