"""What is asked of one blob: write it whole or in blocks, read it or a part, look at it, delete it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError, fromstring

from provision.emulator.azureml.containers import headers_of, known, metadata_of
from provision.emulator.azureml.exchange import Asked, Reply
from provision.emulator.azureml.signatures import OVERRIDES
from provision.emulator.azureml.trouble import XML, StorageError

if TYPE_CHECKING:
    from provision.emulator.azureml.blobs import Blob, Blobs, Facts

KEPT = ("content-type", "content-encoding", "content-language", "content-disposition", "cache-control")
STREAM = "application/octet-stream"
RANGE = re.compile(r"bytes=(\d+)-(\d*)", re.ASCII)
LONGEST_NAME = 1024
MOST_BLOCKS = 50_000


def put(blobs: Blobs, asked: Asked) -> Reply:
    """PUT: a block blob in one piece."""
    kind = asked.headers.get("x-ms-blob-type", "BlockBlob")
    if kind != "BlockBlob":
        raise StorageError("NotImplemented", f"There are block blobs; {kind} is another kind.")
    if "x-ms-copy-source" in asked.headers:
        raise StorageError("NotImplemented", "Nothing is copied from elsewhere.")
    _intact(asked)
    with blobs.transaction():
        return _written(blobs, asked, asked.body, [])


def put_block(blobs: Blobs, asked: Asked) -> Reply:
    """PUT ?comp=block: a part, until a list of blocks is committed."""
    _, container, name = asked.place
    known(blobs, container)
    _intact(asked)
    blobs.stage(container, name, asked.query.get("blockid", ""), asked.body)
    return Reply(201)


def put_blocks(blobs: Blobs, asked: Asked) -> Reply:
    """PUT ?comp=blocklist: the blob that these blocks make, staged ones or such as it has."""
    _, container, name = asked.place
    try:
        wanted = [(item.tag, item.text or "") for item in fromstring(asked.body)]  # noqa: S314  # no entity is read
    except (ParseError, LookupError, ValueError):  # the last two are of encodings
        raise StorageError("InvalidXmlDocument") from None
    with blobs.transaction():
        known(blobs, container)
        staged, old = blobs.staged(container, name), blobs.get(container, name)
        committed = _blocks_of(old)
        sources = {"Uncommitted": (staged,), "Committed": (committed,), "Latest": (staged, committed)}
        parts: list[tuple[str, bytes]] = []
        for tag, block in wanted[: MOST_BLOCKS + 1]:
            found = next((source[block] for source in sources.get(tag, ()) if block in source), None)
            if found is None or len(parts) == MOST_BLOCKS:
                raise StorageError("InvalidBlockList")
            parts.append((block, found))
        content = b"".join(part for _, part in parts)
        return _written(blobs, asked, content, [[block, len(part)] for block, part in parts])


def get(blobs: Blobs, asked: Asked) -> Reply:
    """GET or HEAD: the content, or a range of it; a signature may name other headers for it."""
    blob = _found(blobs, asked)
    _conditions(asked, blob.facts)
    headers = _described(blob)
    headers |= {header: asked.query[key] for key, header in OVERRIDES.items() if key in asked.query}
    if asked.headers.get("if-none-match") == blob.facts.etag:
        return Reply(304, b"", {"etag": blob.facts.etag})
    wanted = RANGE.fullmatch(asked.headers.get("x-ms-range") or asked.headers.get("range", ""))
    if wanted is None or asked.method == "HEAD":
        return Reply(200, blob.content, headers)
    size, first = len(blob.content), int(wanted[1])
    last = min(int(wanted[2] or size), size - 1)
    if first > last:
        raise StorageError("InvalidRange")
    headers["content-range"] = f"bytes {first}-{last}/{size}"
    return Reply(206, blob.content[first : last + 1], headers)


def blocks(blobs: Blobs, asked: Asked) -> Reply:
    """GET ?comp=blocklist."""
    _, container, name = asked.place
    known(blobs, container)
    blob, staged = blobs.get(container, name), blobs.staged(container, name)
    if blob is None and not staged:
        raise StorageError("BlobNotFound")
    committed = [(block, size) for block, size in blob.facts.blocks] if blob else []
    lists = (("CommittedBlocks", committed), ("UncommittedBlocks", [(key, len(part)) for key, part in staged.items()]))
    which = asked.query.get("blocklisttype", "committed")
    said = "".join(
        f"<{tag}>{''.join(f'<Block><Name>{block}</Name><Size>{size}</Size></Block>' for block, size in found)}</{tag}>"
        for tag, found in lists
        if which == "all" or tag.lower().startswith(which)
    )
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{said}</BlockList>'
    return Reply(200, body.encode(), {"content-type": XML})


def set_metadata(blobs: Blobs, asked: Asked) -> Reply:
    """PUT ?comp=metadata."""
    return _changed(blobs, asked, metadata=metadata_of(asked))


def set_properties(blobs: Blobs, asked: Asked) -> Reply:
    """PUT ?comp=properties: the headers that come with the content."""
    return _changed(blobs, asked, headers=_kept(asked))


def delete(blobs: Blobs, asked: Asked) -> Reply:
    """DELETE."""
    with blobs.transaction():
        _conditions(asked, _found(blobs, asked).facts)
        blobs.delete(*asked.place[1:])
    return Reply(202)


def _written(blobs: Blobs, asked: Asked, content: bytes, made_of: list[list[Any]]) -> Reply:
    _, container, name = asked.place
    if len(name) > LONGEST_NAME or not name.isprintable():  # [?] XML has no form for some of what the service takes
        raise StorageError("InvalidResourceName")
    known(blobs, container)
    blob = blobs.get(container, name)
    old = blob.facts if blob else None
    if old and asked.headers.get("if-none-match") == "*":
        raise StorageError("BlobAlreadyExists")
    _conditions(asked, old)
    facts = blobs.new_facts(old, headers=_kept(asked), metadata=metadata_of(asked), blocks=made_of)
    blobs.put(container, name, facts, content)
    digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    told = {"etag": facts.etag, "last-modified": facts.modified, "x-ms-request-server-encrypted": "true"}
    return Reply(201, b"", {**told, "content-md5": digest})


def _changed(blobs: Blobs, asked: Asked, **changes: dict[str, str]) -> Reply:
    _, container, name = asked.place
    with blobs.transaction():
        blob = _found(blobs, asked)
        _conditions(asked, blob.facts)
        kept = {"headers": blob.facts.headers, "metadata": blob.facts.metadata, "blocks": blob.facts.blocks}
        facts = blobs.new_facts(blob.facts, **{**kept, **changes})
        blobs.put(container, name, facts, blob.content)
    return Reply(200, b"", {"etag": facts.etag, "last-modified": facts.modified})


def _found(blobs: Blobs, asked: Asked) -> Blob:
    _, container, name = asked.place
    known(blobs, container)
    blob = blobs.get(container, name)
    if blob is None:
        raise StorageError("BlobNotFound")
    return blob


def _conditions(asked: Asked, facts: Facts | None) -> None:
    expected = asked.headers.get("if-match")
    if expected and (facts is None or expected not in ("*", facts.etag)):
        raise StorageError("ConditionNotMet")
    if asked.method not in ("GET", "HEAD") and facts and asked.headers.get("if-none-match") == facts.etag:
        raise StorageError("ConditionNotMet")


def _intact(asked: Asked) -> None:
    given = asked.headers.get("content-md5")
    if given:
        try:
            expected = base64.b64decode(given, validate=True)
        except binascii.Error:
            expected = b""
        if hashlib.md5(asked.body, usedforsecurity=False).digest() != expected:
            raise StorageError("Md5Mismatch")


def _blocks_of(blob: Blob | None) -> dict[str, bytes]:
    found, at = {}, 0
    for block, size in blob.facts.blocks if blob else ():
        found[block] = blob.content[at : at + size] if blob else b""
        at += size
    return found


def _kept(asked: Asked) -> dict[str, str]:
    headers = asked.headers
    found = {
        name: headers.get(f"x-ms-blob-{name}") or (headers.get(name, "") if "comp" not in asked.query else "")
        for name in KEPT
    }
    found["content-type"] = found["content-type"] or STREAM
    return {name: value for name, value in found.items() if value}


def _described(blob: Blob) -> dict[str, str]:
    return {
        **blob.facts.headers,
        **headers_of(blob.facts),
        "accept-ranges": "bytes",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": blob.facts.created,
        "x-ms-lease-state": "available",
        "x-ms-lease-status": "unlocked",
        "x-ms-server-encrypted": "true",
    }
