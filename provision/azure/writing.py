"""Writes: one change each, until Azure has done it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from provision.address import SERVICE
from provision.azure.answers import last, means_absent
from provision.azure.failures import translated
from provision.azure.links import stands_apart
from provision.azure.methods import body_name, needs_etag, takes_etag
from provision.azure.reading import Reads, region
from provision.azure.waiting import SAID_AFTER, Followed, duration
from provision.azure.wire import wrapped
from provision.diff import Action, Change
from provision.errors import (
    AnswerError,
    AzureError,
    ConflictError,
    LostError,
    NotFoundError,
    OverwroteError,
    StaleError,
    UnlockedError,
)
from provision.kinds import Kind, current_of, kind_of
from provision.kinds.bodies import holds
from provision.kinds.canonical import unverifiable
from provision.resource import in_transition

if TYPE_CHECKING:
    from collections.abc import Mapping
    from threading import Event

    from azure.core.pipeline import PipelineResponse

    from provision.address import Address
    from provision.azure.waiting import Call

_TRIES: Final = 4  # of a write whose fate is not known
_BACKOFF: Final = 2.0  # seconds before the second, twice as many before each further one
_POLL: Final = 30.0  # seconds between two polls, where Azure doesn't say
_UNKNOWN: Final = frozenset({408, 500, 502, 503, 504})  # answers after which a write may have been carried out


@dataclass(slots=True)
class _Sending:
    """One write as the SDK takes it; `accepted`: a long operation has begun.

    `again`: it was sent once more since its fate was not known; `changed`: a PUT was answered 200, so that there was
    something to change. recorded: PUT 201 new, 200 existing
    """

    method: Any
    path: tuple[str, ...]
    options: Mapping[str, Any]
    accepted: bool = False
    again: bool = False
    changed: bool = False

    def hear(self, response: PipelineResponse[Any, Any]) -> None:
        """Take one answer, those of polls too."""
        if response.http_request.method == "PUT":
            self.changed = response.http_response.status_code == HTTPStatus.OK


class Writes(Reads):
    """The writes of one instance."""

    def send(self, change: Change, *, cancelled: Event) -> None:
        """Do one change and wait until Azure has done it."""
        if change.action is Action.PURGE:
            self._purge(change, cancelled)
            return
        kind = kind_of(change.address.kind)
        self._links.forget()
        if change.action in (Action.DELETE, Action.REPLACE):
            self._delete(kind, change, cancelled)
        if change.action is not Action.DELETE:
            self._put(kind, change, cancelled)

    def _put(self, kind: Kind, change: Change, cancelled: Event) -> None:
        updates = change.action is Action.UPDATE
        at, body = self._as_sent(kind, change)
        method = self._clients.method(at, "update" if updates and kind.patched else "put")
        takes = body_name(getattr(method, "__func__", method))
        options: dict[str, Any] = {} if body is None or not takes else {takes: json.dumps(body).encode()}
        # What this run makes as a copy has not been seen.
        if updates and takes_etag(method) and not kind.traceless and change.etag:
            options["if_match"] = change.etag
        elif needs_etag(getattr(method, "__func__", method)):
            options["if_match"] = "*"
        elif updates and change.etag and not kind.traceless:
            # [?] The SDK's PATCH of an instance takes no ETag, and whether the service looks at one isn't documented.
            options["headers"] = {"If-Match": change.etag}
        changed = False
        try:
            with self._traffic.call(f"writing {change.address}", change.address, cancelled) as call:
                changed = self._surely(kind, _Sending(method, self._clients.path(at), options), change, call)
        except ConflictError as error:
            # A link that is there already is what was wanted. Azure/apiops-cli
            if not kind.is_link or "already exists" not in str(error):
                raise
        creates = change.action in (Action.CREATE, Action.REPLACE) and not kind.is_link
        expected = kind.always_there or kind.traceless or kind.comes_with_others(change.address)
        if changed and creates and not expected:
            raise OverwroteError(
                f"{change.address} was there: somebody else created it in between, and that was overwritten"
            )

    def _as_sent(self, kind: Kind, change: Change) -> tuple[Address, Any]:
        """Where a change is put, and the body; None for none."""
        if stands_apart(kind, change.address):
            return self._links.new(kind, change.address, change.body)
        return change.address, None if kind.is_link else wrapped(kind, change.body or {})

    def _delete(self, kind: Kind, change: Change, cancelled: Event) -> None:
        at = self._links.place(kind, change.address) if stands_apart(kind, change.address) else change.address
        if at is None:
            return
        # One that deletes all revisions, sent to one of them, deletes the API. Azure/apiops#709
        options: dict[str, Any] = {} if current_of(change.address) else dict(kind.delete_options)
        method = self._clients.method(at, "delete")
        if takes_etag(method):
            options["if_match"] = "*" if kind.traceless else change.etag or "*"
        send = _Sending(method, self._clients.path(at), options)
        try:
            with self._traffic.call(f"deleting {change.address}", change.address, cancelled) as call:
                self._surely(kind, send, change, call, deleting=True)
        except NotFoundError as error:
            if not means_absent(change.address, error):
                raise

    def _purge(self, change: Change, cancelled: Event) -> None:
        name, location = self._clients.scope.service, region(str((change.body or {}).get("location")))
        with self._traffic.call(f"purging {name}", change.address, cancelled):
            self._clients.api.deleted_services.begin_purge(name, location, polling=self._followed()).result()

    def _surely(self, kind: Kind, send: _Sending, change: Change, call: Call, *, deleting: bool = False) -> bool:
        """Send a write, and follow it to its end; where its fate is not known, look before it is sent again.

        Whether it surely changed something that was there; what was sent twice may have met itself.
        """
        lock: Call | None = None
        tries = 0
        while True:
            tries += 1
            try:
                self._once(send, call)
            except AzureError as error:
                if error.code == "ServiceLocked":
                    lock = lock or replace(call, limit=self.patience)
                    self._until_unlocked(lock, call)
                    if change.action is Action.UPDATE and kind.partial:
                        raise UnlockedError(str(error), code=error.code, status=error.status) from None
                    continue
                if not _fate_unknown(error):
                    raise
                if self._came_about(kind, change, call, deleting=deleting):
                    return False
                if send.accepted or tries >= _TRIES:
                    raise
                send.again = True
                call.pause(0.0 if self._clients.local else _BACKOFF * 2 ** (tries - 1))
            else:
                return send.changed and not send.again

    def _once(self, send: _Sending, call: Call) -> None:
        method = send.method
        with translated(call.doing):
            if not method.__name__.startswith("begin_"):
                method(*send.path, **send.options, raw_response_hook=send.hear)
                return
            poller = method(*send.path, **send.options, polling=self._followed(), cls=last, raw_response_hook=send.hear)
            send.accepted = True
            ended = poller.result() or {}
        # A long operation may end well and leave a resource that is not. Azure/apiops#670
        if str((ended.get("properties") or {}).get("provisioningState")).lower() == "failed":
            raise AzureError(f"{call.doing}: Azure took it, and then its provisioningState was Failed", code="Failed")

    def _came_about(self, kind: Kind, change: Change, call: Call, *, deleting: bool) -> bool:
        """Whether what was sent is what there is. Raises StaleError where somebody else has written in between."""
        if kind.is_link:
            return False  # a link: it is not read, and sending it again does nothing
        found = self.get(change.address)
        while in_transition(found):
            call.pause(self.look_every)
            found = self.get(change.address)
        if deleting or found is None:
            return deleting and found is None
        if holds(kind, found.body, change.body or {}):
            # Of secrets nothing can be seen: where nothing was written at all they are still to be sent.
            return not (unverifiable(kind, change.body or {}) and found.etag and found.etag == change.etag)
        if change.action is Action.UPDATE and not kind.partial and found.etag != change.etag:
            raise StaleError(f"{call.doing}: no answer came, and by now it is neither what it was nor what was sent")
        return False

    def _until_unlocked(self, lock: Call, call: Call) -> None:
        """Wait while somebody else's change of the instance keeps everything in it from being written."""
        since, told = call.clock.now(), -SAID_AFTER
        while True:
            state = in_transition(self.get(SERVICE))
            waited = call.clock.now() - since
            if waited - told >= SAID_AFTER:
                told = waited
                what = f"the instance is locked by another change of it{state and f' ({state})'}"
                call.say(f"{call.doing}: {what}: waiting until that is done, at most {duration(lock.limit)}")
            lock.pause(self.look_every)
            if not state:
                call.start += call.clock.now() - since
                return

    def _followed(self) -> Followed:
        """The embedded Azure has nothing to wait for; elsewhere the service's Retry-After rules."""
        return Followed(0.0 if self._clients.local else _POLL)


def _fate_unknown(error: AzureError) -> bool:
    """Whether a write may have been carried out although it was answered so, or not at all."""
    return isinstance(error, LostError | AnswerError) or error.status in _UNKNOWN
