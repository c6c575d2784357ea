"""Containers, blobs and blocks, in tables beside the emulator's resources: they live as long as its state.

A new state holds a sample, so that a batch can be tried without an upload.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    from provision.emulator.world.clock import Clock
    from provision.emulator.world.store import Store

TABLES = """
CREATE TABLE IF NOT EXISTS blob_containers (name TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (
  container TEXT NOT NULL, name TEXT NOT NULL, facts TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (container, name)
);
CREATE TABLE IF NOT EXISTS blob_blocks (
  container TEXT NOT NULL, name TEXT NOT NULL, block TEXT NOT NULL, content BLOB NOT NULL,
  PRIMARY KEY (container, name, block)
);
"""
SAMPLES, SAMPLE, TEXTS = "sample-data", "good-day.csv", b"Col2\r\nThis is a good day\r\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a container or a blob beside its content. Times are as HTTP writes them; `etag` is quoted.

    `access` is a container's: "" for private, "blob" or "container" for what everybody may read.
    """

    etag: str
    created: str
    modified: str
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    access: str = ""
    blocks: list[list[Any]] = field(default_factory=list)

    def text(self) -> str:
        """Return them as JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__})


def facts_of(text: str) -> Facts:
    """Read what `Facts.text` wrote."""
    return Facts(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Blob:
    """A block blob."""

    name: str
    facts: Facts
    content: bytes


class Blobs:
    """The blobs of the one account; threads may share it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock, self._database = store, clock, store.database
        with self.transaction():
            new = not self._database.execute("SELECT 1 FROM sqlite_master WHERE name = 'blobs'")
            for statement in TABLES.split(";"):
                self._database.execute(statement)
            if new:
                self.put_container(SAMPLES, self.new_facts())
                self.put(SAMPLES, SAMPLE, self.new_facts(headers={"content-type": "text/csv"}), TEXTS)

    def transaction(self) -> AbstractContextManager[None]:
        """Make a sequence of reads and writes atomic."""
        return self._database.transaction()

    def new_facts(self, old: Facts | None = None, **more: Any) -> Facts:
        """Return facts with an ETag of their own, of this moment."""
        now = as_http(self._clock.now())
        kept = {"access": old.access} if old else {}
        return Facts(f'"0x{self._store.next("etag"):016X}"', old.created if old else now, now, **{**kept, **more})

    def container(self, name: str) -> Facts | None:
        """Return a container's facts."""
        found = self._database.execute("SELECT facts FROM blob_containers WHERE name = ?", (name,))
        return facts_of(found[0][0]) if found else None

    def containers(self, prefix: str = "") -> list[tuple[str, Facts]]:
        """Return the containers whose names begin with `prefix`, by name."""
        query = "SELECT name, facts FROM blob_containers WHERE substr(name, 1, ?) = ? ORDER BY name"
        return [(name, facts_of(facts)) for name, facts in self._database.execute(query, (len(prefix), prefix))]

    def put_container(self, name: str, facts: Facts) -> None:
        """Write a container."""
        self._database.execute("INSERT OR REPLACE INTO blob_containers VALUES (?, ?)", (name, facts.text()))

    def delete_container(self, name: str) -> None:
        """Remove a container and everything in it."""
        with self.transaction():
            self._database.execute("DELETE FROM blob_blocks WHERE container = ?", (name,))
            self._database.execute("DELETE FROM blobs WHERE container = ?", (name,))
            self._database.execute("DELETE FROM blob_containers WHERE name = ?", (name,))

    def get(self, container: str, name: str) -> Blob | None:
        """Return a blob."""
        query = "SELECT facts, content FROM blobs WHERE container = ? AND name = ?"
        found = self._database.execute(query, (container, name))
        return Blob(name, facts_of(found[0][0]), bytes(found[0][1])) if found else None

    def put(self, container: str, name: str, facts: Facts, content: bytes) -> None:
        """Write a blob; blocks that nobody committed are gone with it."""
        self._database.execute(
            "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)", (container, name, facts.text(), content)
        )
        self._database.execute("DELETE FROM blob_blocks WHERE container = ? AND name = ?", (container, name))

    def delete(self, container: str, name: str) -> None:
        """Remove a blob."""
        self._database.execute("DELETE FROM blobs WHERE container = ? AND name = ?", (container, name))

    def names(self, container: str, prefix: str, after: str) -> list[tuple[str, Facts, int]]:
        """Return (name, facts, size) of blobs whose names begin with `prefix` and come after `after`, by name."""
        query = (
            "SELECT name, facts, length(content) FROM blobs "
            "WHERE container = ? AND substr(name, 1, ?) = ? AND name > ? ORDER BY name"
        )
        rows = self._database.execute(query, (container, len(prefix), prefix, after))
        return [(name, facts_of(facts), size) for name, facts, size in rows]

    def stage(self, container: str, name: str, block: str, content: bytes) -> None:
        """Keep a block until it is committed."""
        self._database.execute(
            "INSERT OR REPLACE INTO blob_blocks VALUES (?, ?, ?, ?)", (container, name, block, content)
        )

    def staged(self, container: str, name: str) -> dict[str, bytes]:
        """Return the blocks of a blob that are not committed."""
        query = "SELECT block, content FROM blob_blocks WHERE container = ? AND name = ? ORDER BY rowid"
        return {block: bytes(content) for block, content in self._database.execute(query, (container, name))}


def as_http(when: datetime) -> str:
    """Return an instant as HTTP's headers have it."""
    return format_datetime(when.replace(microsecond=0), usegmt=True)
