"""Stage 3, last part: which revision of each API is the current one, and what that makes of a spec. Pure.

The current revision stands under the API's own address. So where Azure says that it is one that the spec lists, what
the spec says of that one is wanted there. One that is still to be made is foreseen as Azure makes it: a copy.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from provision.address import Address
from provision.kinds import current_of, kind_of
from provision.kinds.bodies import outspoken
from provision.resource import Resource
from provision.revisions import collection_in, moved, own_collections, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.desired import Desired
    from provision.observed import Observed


def settled(desired: Desired, observed: Observed) -> tuple[Desired, Observed, tuple[str, ...]]:
    """Both with each revision where it stands, and why Azure can't do what the spec says of them."""
    apis = {*filter(None, map(current_of, desired.snapshot)), *_released(desired)}
    if not apis:
        return desired, observed, ()
    work = _Work(desired, observed)
    for api in sorted(apis):
        work.stand(api)
        work.foresee(api)
    problems = [problem for api in sorted(apis) for problem in work.release(api)]
    return work.desired(), work.observed(), tuple(problems)


def _released(desired: Desired) -> Iterator[Address]:
    for address in desired.snapshot:
        if kind_of(address.kind).closing and address.parent:
            yield address.parent


class _Work:
    """Both sides while they are settled."""

    def __init__(self, desired: Desired, observed: Observed) -> None:
        self._desired, self._observed = desired, observed
        self._want, self._have = dict(desired.snapshot), dict(observed.snapshot)
        self._owned, self._lifecycle = set(desired.owned), dict(desired.lifecycle)
        self._listed = [one for one in desired.snapshot if current_of(one)]
        self._seen = parts_of(observed.snapshot, self._listed)

    def desired(self) -> Desired:
        """What is wanted, settled."""
        return replace(
            self._desired,
            snapshot=MappingProxyType(self._want),
            owned=frozenset(self._owned),
            lifecycle=MappingProxyType(self._lifecycle),
        )

    def observed(self) -> Observed:
        """What there is, settled."""
        return replace(self._observed, snapshot=MappingProxyType(self._have))

    def _number(self, api: Address) -> str:
        """The current one's: what is new begins with the first."""
        form, have = kind_of(api.kind).revisions, self._have.get(api)
        return str((have.body.get(form.number) if have and form else None) or "1")

    def _revision(self, api: Address, number: str) -> Address:
        return Address(f"{api}{kind_of(api.kind).revision}{number}")

    def stand(self, api: Address) -> None:
        """Put what is said of the current revision where that stands."""
        current = self._revision(api, self._number(api))
        if current not in self._want:
            return
        own = own_collections(api)

        def goes(address: Address) -> bool:
            return address == api or (address.within(api) and collection_in(address, api) in own)

        for address in [one for one in self._want if goes(one)]:
            del self._want[address]
            self._lifecycle.pop(address, None)
        for address in [one for one in self._want if one.within(current)]:
            at = moved(address, current, api)
            self._want[at] = replace(self._want.pop(address), address=at)
            if address in self._lifecycle:
                self._lifecycle[at] = self._lifecycle.pop(address)
        theirs = {(holder, kind) for holder, kind in self._owned if holder.within(current)}
        of_own = {(holder, kind) for holder, kind in self._owned if goes(holder) and (holder != api or _own(kind))}
        self._owned = (self._owned - theirs - of_own) | {(moved(one, current, api), kind) for one, kind in theirs}

    def foresee(self, api: Address) -> None:
        """Of revisions that are still to be made: say what they are copied from, and what they hold then."""
        form = kind_of(api.kind).revisions
        for one in self._listed if form else ():
            if current_of(one) != api or one in self._have or one not in self._want or form is None:
                continue
            body = {**self._want[one].body, form.number: one.name.rpartition(kind_of(api.kind).revision)[2]}
            if api in self._have:
                told = outspoken(kind_of(api.kind), body, self._have[api].body)
                body = {**body, **told, form.source: f"/{api}"}
            self._want[one] = replace(self._want[one], body=body)
            for address in self._seen[api]:
                at = moved(address, api, one)
                self._have[at] = Resource(at, self._have[address].body)

    def release(self, api: Address) -> Iterator[str]:
        """Say what releases send, and what the last one has done; and which can't be done."""
        number = self._number(api)
        every = [one for one in self._want if one.parent == api and kind_of(one.kind).closing]
        for at in every:
            form, want = kind_of(at.kind).closing, self._want[at]
            if form is None:
                continue
            asked = str(want.body.get(form.names))
            wanted = self._revision(api, asked)
            last, have = at == every[-1], self._have.get(at)
            # Sent again it would make its revision current again; with the API's own path it doesn't. Recorded.
            makes = have is None or (last and asked != number)
            self._want[at] = replace(want, body={**want.body, form.sent: f"/{wanted if makes else api}"})
            if have:
                self._have[at] = replace(have, body={**have.body, form.names: number if last else asked})
            if asked != number and wanted not in self._want and (last or not have):
                what = f"{want.mark}: {at}: revision {asked} is neither the current one nor one that the spec lists"
                yield f'{what} · what it holds is not known · list it under revisions, as "{asked}": {{}}'


def _own(kind_type: str) -> bool:
    return kind_of(kind_type).per_revision
