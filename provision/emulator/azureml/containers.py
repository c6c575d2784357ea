"""What is asked of a container, or of all of them: create, look, list, delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from provision.emulator.azureml.exchange import Asked, Reply
from provision.emulator.azureml.trouble import XML, StorageError

if TYPE_CHECKING:
    from provision.emulator.azureml.blobs import Blobs, Facts

NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*|\$(?:root|web|logs)")
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)  # names of metadata are C#'s [doc]
NUMBER = re.compile(r"[1-9]\d{0,8}", re.ASCII)
HEADER = '<?xml version="1.0" encoding="utf-8"?>'
PAGE = 5000  # as many as the service has on a page


def create(blobs: Blobs, asked: Asked) -> Reply:
    """PUT ?restype=container."""
    name = asked.place[1]
    if not NAME.fullmatch(name):
        raise StorageError("InvalidResourceName")
    with blobs.transaction():
        if blobs.container(name):
            raise StorageError("ContainerAlreadyExists")
        access = asked.headers.get("x-ms-blob-public-access", "")
        facts = blobs.new_facts(metadata=metadata_of(asked), access=access)
        blobs.put_container(name, facts)
    return Reply(201, b"", headers_of(facts))


def look(blobs: Blobs, asked: Asked) -> Reply:
    """GET or HEAD ?restype=container, with `comp=metadata` too."""
    facts = known(blobs, asked.place[1])
    access = {"x-ms-blob-public-access": facts.access} if facts.access else {}
    return Reply(200, b"", {**headers_of(facts), **access})


def set_metadata(blobs: Blobs, asked: Asked) -> Reply:
    """PUT ?restype=container&comp=metadata."""
    name = asked.place[1]
    with blobs.transaction():
        facts = blobs.new_facts(known(blobs, name), metadata=metadata_of(asked))
        blobs.put_container(name, facts)
    return Reply(200, b"", headers_of(facts))


def delete(blobs: Blobs, asked: Asked) -> Reply:
    """DELETE ?restype=container: its name is free at once, which in the service takes half a minute."""
    known(blobs, asked.place[1])
    blobs.delete_container(asked.place[1])
    return Reply(202)


def every(blobs: Blobs, asked: Asked) -> Reply:
    """GET ?comp=list on the account."""
    prefix, after, most = _page(asked)
    found = [(name, facts) for name, facts in blobs.containers(prefix) if name > after]
    shown, more = found[:most], len(found) > most
    items = "".join(f"<Container><Name>{name}</Name>{_properties(facts)}</Container>" for name, facts in shown)
    return _listed(asked, "<Containers>" + items + "</Containers>", shown[-1][0] if more else "", "")


def within(blobs: Blobs, asked: Asked) -> Reply:
    """GET ?restype=container&comp=list: the blobs; with `delimiter`, names up to it stand for all that they begin."""
    container, delimiter = asked.place[1], asked.query.get("delimiter", "")
    known(blobs, container)
    prefix, after, most = _page(asked)
    items: list[str] = []
    last = folder = ""
    for name, facts, size in blobs.names(container, prefix, after):
        if folder and name.startswith(folder):
            last = name
            continue
        if len(items) == most:
            return _listed(asked, f"<Blobs>{''.join(items)}</Blobs>", last, f' ContainerName="{container}"')
        head, found, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        folder = prefix + head + found if found else ""
        shown = f"<BlobPrefix><Name>{escape(folder)}</Name></BlobPrefix>" if folder else _blob(name, facts, size)
        items.append(shown)
        last = name
    return _listed(asked, f"<Blobs>{''.join(items)}</Blobs>", "", f' ContainerName="{container}"')


def known(blobs: Blobs, name: str) -> Facts:
    """Return a container's facts. Raises StorageError where there is none."""
    facts = blobs.container(name)
    if facts is None:
        raise StorageError("ContainerNotFound")
    return facts


def metadata_of(asked: Asked) -> dict[str, str]:
    """Return the metadata that a request carries."""
    mark = "x-ms-meta-"
    found = {name.removeprefix(mark): value for name, value in asked.headers.items() if name.startswith(mark)}
    if not all(IDENTIFIER.fullmatch(name) for name in found):
        raise StorageError("InvalidMetadata")
    return found


def headers_of(facts: Facts) -> dict[str, str]:
    """Return the headers that tell of a container or a blob."""
    metadata = {f"x-ms-meta-{name}": value for name, value in facts.metadata.items()}
    return {"etag": facts.etag, "last-modified": facts.modified, **metadata}


def _page(asked: Asked) -> tuple[str, str, int]:
    size = NUMBER.fullmatch(asked.query.get("maxresults", ""))
    most = int(size[0]) if size else PAGE
    return asked.query.get("prefix", ""), asked.query.get("marker", ""), min(most, PAGE)


def _listed(asked: Asked, items: str, marker: str, attributes: str) -> Reply:
    body = (
        f'{HEADER}<EnumerationResults ServiceEndpoint="{asked.base}/{asked.place[0]}/"{attributes}>'
        f"<Prefix>{escape(asked.query.get('prefix', ''))}</Prefix>{items}<NextMarker>{escape(marker)}</NextMarker>"
        f"</EnumerationResults>"
    )
    return Reply(200, body.encode(), {"content-type": XML})


def _blob(name: str, facts: Facts, size: int) -> str:
    kept = "".join(f"<{key.title()}>{escape(value)}</{key.title()}>" for key, value in facts.headers.items())
    more = f"<Creation-Time>{facts.created}</Creation-Time><Content-Length>{size}</Content-Length>{kept}"
    metadata = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in facts.metadata.items())
    return (
        f"<Blob><Name>{escape(name)}</Name>{_properties(facts, more + '<BlobType>BlockBlob</BlobType>')}"
        f"<Metadata>{metadata}</Metadata></Blob>"
    )


def _properties(facts: Facts, more: str = "") -> str:
    state = "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
    return (
        f"<Properties><Last-Modified>{facts.modified}</Last-Modified><Etag>{facts.etag.strip(chr(34))}</Etag>"
        f"{more}{state}</Properties>"
    )
