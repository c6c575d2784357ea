"""Long-running operations: the URLs that answers hand out, and their polls.

An operation counts its polls down, and lasts some seconds of the emulator's clock where it was told to; nothing
sleeps. Which URL form belongs to which api-version: recorded traffic.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from provision.emulator.world.errors import ArmError
from provision.emulator.world.store import service_of
from provision.emulator.world.wire import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.world.store import Row

ACCEPTED = 202
PLAIN = "$;=,:@!'()*"  # what may stand in a path or query as it is; line ends and "&" of a name must not


def start(call: Call, **record: Any) -> str:
    """Record a new operation and return its id, 24 hex digits as the service's."""
    name = f"{int(call.world.clock.now().timestamp()):08x}{call.store.next('id'):016x}"
    call.store.save_operation(name, {**lasting(call), **record})
    return name


def lasting(call: Call, *, creates: bool = False) -> dict[str, Any]:
    """Return how long what begins now takes, and how it ends where a scripted fault says so."""
    world = call.world
    polls, seconds = world.lro_polls, world.lro_seconds
    if creates:
        polls = polls if world.create_polls is None else world.create_polls
        seconds = seconds if world.create_seconds is None else world.create_seconds
    record: dict[str, Any] = {"polls": polls, **call.request.operation}
    if seconds:
        record["until"] = (world.clock.now() + timedelta(seconds=seconds)).isoformat()
    return record


def goes_on(call: Call, record: dict[str, Any]) -> bool:
    """Count one poll off `record`; tells whether it has not ended."""
    if record.get("fate") == "never ends":
        return True
    if record["polls"] > 0:
        record["polls"] -= 1
        return True
    return "until" in record and call.world.clock.now() < datetime.fromisoformat(record["until"])


def will_fail(call: Call) -> bool:
    """Tell whether what this request begins is going to fail."""
    return call.request.operation.get("fate") == "fails"


def failed(record: dict[str, Any] | None) -> bool:
    """Tell whether what has ended has failed."""
    return bool(record) and (record or {}).get("fate") == "fails"


def failure(record: dict[str, Any]) -> dict[str, str]:
    """Return the error of a failed operation."""
    return {"code": record["code"], "message": record["message"]}


def retry_after(call: Call) -> dict[str, str]:
    """Return the header of a polled answer."""
    return {"Retry-After": str(call.world.retry_after)}


def hurry(call: Call) -> dict[str, str]:
    """Return that header, if wanted, where the service sends none [recorded]: the SDK then waits for 30 seconds."""
    return retry_after(call) if call.world.retry_after else {}


def poll(call: Call, name: str) -> tuple[dict[str, Any], bool]:
    """Count one poll of an operation; returns its record and whether it has ended."""
    with call.store.transaction():
        record = call.store.operation(name)
        if record is None:
            raise ArmError(404, "OperationNotFound", f"The operation '{name}' does not exist.")
        if goes_on(call, record):
            call.store.save_operation(name, record)
            return record, False
        return record, True


def url(call: Call, path: str, **query: str) -> str:
    """Return an absolute URL with the request's api-version; a value of "" is written without "="."""
    shown = {quote(key, PLAIN): quote(value, PLAIN, errors="replace") for key, value in query.items()}
    parts = [f"api-version={call.version}", *(f"{key}={value}" if value else key for key, value in shown.items())]
    return f"{call.request.base}{quote(path, PLAIN + '/', errors='replace')}?{'&'.join(parts)}"


def status(record: dict[str, Any] | None, *, ended: bool) -> dict[str, Any]:
    """Return the body of a status poll; of a failed operation as ARM's resource provider contract has it."""
    if ended and record and failed(record):
        return {"status": "Failed", "error": failure(record)}
    return {"status": "Succeeded" if ended else "InProgress"}


def error(record: dict[str, Any]) -> ArmError:
    """Return what the Location of a failed operation answers [?: its status; ARM's contract asks for the error]."""
    return ArmError(400, record["code"], record["message"], record.get("details"))


def began_put(call: Call, row: Row, code: int, error: Mapping[str, Any] | None = None) -> Answer:
    """Answer a PUT or PATCH inside an instance that goes on after the answer, and ends with `error` if there is one.

    Until 2022-08-01 the service answers 202 without a body; from 2023 on 201 with a stub (recorded for named values
    and fragments; inferred for schemas and API imports, for which the SDK accepts only 200 and 201).
    """
    last = 200 if code == ACCEPTED else code
    name = start(call, target=row.path, answer=last, **({"fate": "fails", **error} if error else {}))
    target = url(call, row.id, asyncId=name, asyncCode=str(last))
    if call.version < "2022":
        return Answer(202, None, {"Location": target, **hurry(call)})
    if call.version < "2023":
        service = service_of(row.id)
        return Answer(
            202,
            None,
            {
                "Location": target,
                "Azure-AsyncOperation": url(call, f"{service}/tenant/operationResults/{name}"),
                **hurry(call),
            },
        )
    headers = {"Location": target, "Azure-AsyncOperation": url(call, row.id, **{"azure-asyncId": name}), **hurry(call)}
    stub = {"id": row.id, "type": row.type_name, "name": row.name, "properties": {"ProvisioningState": "InProgress"}}
    return Answer(code, None if code == ACCEPTED else stub, headers)


def began_delete(call: Call, row_id: str) -> Answer:
    """Answer a DELETE inside an instance that goes on after the answer."""
    name = start(call, answer=204)
    headers = {
        "Azure-AsyncOperation": url(call, row_id, **{"azure-asyncId": name}),
        "Location": url(call, row_id, asyncId=name, asyncCode="204"),
        **hurry(call),
    }
    return Answer(202, None, headers)


def polled_resource(call: Call) -> tuple[Answer | None, int]:
    """Answer a GET with `asyncId` or `azure-asyncId`; (None, status) means: answer the resource with that status.

    The last answer has the status that `asyncCode` asks for [recorded], 200 where nothing asks: clients that drop it
    take 201 and 202 for "still running" [terraform-provider-azurerm].
    """
    query = call.request.query
    if "azure-asyncid" in query:
        record, ended = poll(call, query["azure-asyncid"])
        headers = {} if ended else {"Azure-AsyncOperation": own_url(call), "Location": own_url(call), **hurry(call)}
        return Answer(200, status(record, ended=ended), headers), 200
    record, ended = poll(call, query["asyncid"])
    if not ended:
        return Answer(202, None, {"Location": own_url(call), **retry_after(call)}), 202
    if failed(record):
        raise error(record)
    code = int(record.get("answer", 200)) if "asynccode" in query else 200
    if record.get("answer") == 204:  # noqa: PLR2004  # a deletion: nothing is left to show
        return Answer(code), code
    return None, code


def own_url(call: Call) -> str:
    """Return the URL of a poll itself, for the next one."""
    spelled = {"asyncid": "asyncId", "asynccode": "asyncCode", "azure-asyncid": "azure-asyncId"}
    query = {spelled.get(k, k): v for k, v in call.request.query.items() if k != "api-version"}
    return url(call, "/" + "/".join(call.request.segments), **query)


def tenant_result(call: Call) -> Answer:
    """GET …/tenant/operationResults/ID: the status of an operation inside an instance."""
    record, ended = poll(call, call.request.segments[-1])
    own = own_url(call)
    moving = {"Azure-AsyncOperation": own, "Location": own, **hurry(call)}
    return Answer(200, status(record, ended=ended), {} if ended else moving)
