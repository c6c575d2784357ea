"""The state: one SQLite database of resources keyed by their ARM path in lower case.

Nothing is cached in memory, so that several processes can share one file. Every body is kept as it is, unknown
properties included.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provision.emulator.world.database import Database
from provision.emulator.world.errors import EmulatorError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

APPLICATION = 0x41524D45  # "ARME": marks a file as ours
SCHEMA = 1
TOP_LEVEL = 8  # slashes in /subscriptions/S/resourcegroups/G/providers/NS/TYPE/NAME

TABLES = """
CREATE TABLE resources (
  path TEXT PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, sort TEXT NOT NULL,
  target TEXT, etag INTEGER NOT NULL, body TEXT NOT NULL, private TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_collection ON resources (collection, sort, path);
CREATE INDEX by_type ON resources (type);
CREATE INDEX by_target ON resources (target) WHERE target IS NOT NULL;
CREATE TABLE operations (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('etag', 0), ('id', 0);
"""
COLUMNS = "path, id, type, etag, body, private, target"


@dataclass(frozen=True, slots=True)
class Row:
    """One resource. `private` holds what no answer shows; `target` is the path of what a link points at."""

    path: str
    id: str
    type: str
    etag: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    target: str | None = None

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return self.id.rpartition("/")[2]

    @property
    def type_name(self) -> str:
        """The type as ARM writes it, from the id: every other segment after the provider."""
        provider, _, rest = self.id.rpartition("/providers/")[2].partition("/")
        return "/".join([provider, *rest.split("/")[::2]])

    @property
    def props(self) -> dict[str, Any]:
        """The `properties` of the body."""
        props: dict[str, Any] = self.body.setdefault("properties", {})
        return props

    @property
    def tag(self) -> str:
        """The ETag without quotes, in the form of the service: 8 bytes in base64."""
        return base64.b64encode(self.etag.to_bytes(8, "big")).decode()


def storable(text: str) -> str:
    """Return a text that SQLite takes: JSON may carry half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode()


def service_of(path: str) -> str:
    """Return the path (or id) of the instance that a path (or id) lies in."""
    return "/".join(path.split("/", TOP_LEVEL + 1)[: TOP_LEVEL + 1])


def _row(values: tuple[Any, ...]) -> Row:
    path, arm_id, kind, etag, body, private, target = values
    return Row(path, arm_id, kind, etag, json.loads(body), json.loads(private), target)


def _below(path: str) -> tuple[str, str]:
    """Return the key range of everything under `path` ('0' follows '/' in ASCII)."""
    return path + "/", path + "0"


def _keep_private(path: Path) -> None:
    """Let nobody but the owner read the state: it holds keys and secrets in clear."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with contextlib.suppress(PermissionError):  # somebody else's file, which they share
        path.chmod(0o600)


class Watch:
    """Tells a number that is another one after each change of the state, of other processes too, without waiting."""

    def __init__(self, database: Database) -> None:
        self._database, self._connection = database, database.watch()
        self._last = 0

    def version(self) -> int:
        """Return the number."""
        if self._connection is None:
            return self._database.changes
        with contextlib.suppress(sqlite3.OperationalError):  # somebody holds the whole file: what was known still holds
            self._last = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        return self._last

    def close(self) -> None:
        """Close what it looks with."""
        if self._connection is not None:
            self._connection.close()


class Store:
    """Resources, long-running operations and counters; threads may share it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        try:
            if path is not None:
                _keep_private(path)
            self._db = Database(path)
        except (sqlite3.Error, OSError) as error:
            raise EmulatorError(f"the state file {path} cannot be opened: {error}") from error
        try:
            self._open()
        except sqlite3.Error as error:
            self._db.close()
            raise EmulatorError(f"{path} is not a usable state file of the emulator: {error}") from error
        except EmulatorError:
            self._db.close()
            raise

    def _open(self) -> None:
        with self.transaction():
            empty = not self._db.execute("SELECT count(*) FROM sqlite_master")[0][0]
            mark = self._db.execute("PRAGMA application_id")[0][0]
            if empty and mark in (0, APPLICATION):
                for statement in TABLES.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                self._db.execute(f"PRAGMA user_version = {SCHEMA}")
            elif mark != APPLICATION:
                raise EmulatorError(f"{self._path} is a database of another program, not a state file of the emulator")
        version = self._db.execute("PRAGMA user_version")[0][0]
        if version != SCHEMA:
            raise EmulatorError(f"{self._path} has format {version}; this version reads format {SCHEMA}")
        problem = self._db.execute("PRAGMA quick_check(1)")[0][0]
        if problem != "ok":
            raise EmulatorError(f"the state file {self._path} is corrupt: {problem}")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def watch(self) -> Watch:
        """Return what tells whether anything changed since one last looked."""
        return Watch(self._db)

    @property
    def database(self) -> Database:
        """The database, for those who keep tables of their own beside the resources."""
        return self._db

    def transaction(self) -> AbstractContextManager[None]:
        """Make a sequence of reads and writes atomic among all threads and processes."""
        return self._db.transaction()

    def next(self, counter: str) -> int:
        """Count one up."""
        query = "UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value"
        value: int = self._db.execute(query, (counter,))[0][0]
        return value

    def get(self, path: str) -> Row | None:
        """Return the resource at `path` (lower case)."""
        found = self._db.execute(f"SELECT {COLUMNS} FROM resources WHERE path = ?", (path,))  # noqa: S608
        return _row(found[0]) if found else None

    def exists(self, path: str) -> bool:
        """Tell whether there is a resource at `path`."""
        return self._db.execute("SELECT 1 FROM resources WHERE path = ?", (path,)) != []

    def put(self, row: Row, *, keep_etag: bool = False) -> Row:
        """Write a resource; its ETag becomes a new one unless `keep_etag`."""
        etag = row.etag if keep_etag else self.next("etag")
        props = row.body.get("properties")  # of another provider's resource anything
        sort = str((props.get("displayName") if isinstance(props, dict) else None) or row.name).lower()
        values = (
            row.path,
            row.path.rpartition("/")[0],
            row.id,
            row.type,
            storable(sort),
            storable(row.target) if row.target else None,
            etag,
            json.dumps(row.body, separators=(",", ":")),
            json.dumps(row.private, separators=(",", ":")),
        )
        self._db.execute("INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return Row(row.path, row.id, row.type, etag, row.body, row.private, row.target)

    def delete(self, path: str) -> None:
        """Remove a resource, everything under it, and links to any of these."""
        low, high = _below(path)
        self._db.execute("DELETE FROM resources WHERE path = ? OR (path >= ? AND path < ?)", (path, low, high))
        self._db.execute("DELETE FROM resources WHERE target = ? OR (target >= ? AND target < ?)", (path, low, high))

    def page(self, collection: str, skip: int = 0, top: int = -1) -> list[Row]:
        """Return the resources of a collection in the service's order (by display name)."""
        query = f"SELECT {COLUMNS} FROM resources WHERE collection = ? ORDER BY sort, path LIMIT ? OFFSET ?"  # noqa: S608
        return [_row(r) for r in self._db.execute(query, (collection, top, skip))]

    def count(self, collection: str) -> int:
        """Return how many resources a collection holds."""
        query = "SELECT count(*) FROM resources WHERE collection = ?"
        number: int = self._db.execute(query, (collection,))[0][0]
        return number

    def of_type(self, resource_type: str, under: str = "") -> list[Row]:
        """Return all resources of a type (lower case), optionally only those under a path."""
        query = f"SELECT {COLUMNS} FROM resources WHERE type = ?"  # noqa: S608
        rows = [_row(r) for r in self._db.execute(query, (resource_type,))]
        return [r for r in rows if r.path.startswith(under)] if under else rows

    def tops(self, below: str) -> list[Row]:
        """Return the top-level resources of resource groups under `below`, whatever their provider."""
        low, high = below, below[:-1] + "0"
        query = f"SELECT {COLUMNS} FROM resources WHERE path >= ? AND path < ? AND path LIKE '%/providers/%'"  # noqa: S608
        rows = [_row(r) for r in self._db.execute(query, (low, high))]
        return [r for r in rows if r.path.count("/") == TOP_LEVEL]

    def pointing_at(self, target: str) -> list[Row]:
        """Return the links to `target`."""
        query = f"SELECT {COLUMNS} FROM resources WHERE target = ?"  # noqa: S608
        return [_row(r) for r in self._db.execute(query, (storable(target),))]

    def subtree(self, path: str) -> list[Row]:
        """Return everything under `path`, without it."""
        query = f"SELECT {COLUMNS} FROM resources WHERE path >= ? AND path < ? ORDER BY path"  # noqa: S608
        return [_row(r) for r in self._db.execute(query, _below(path))]

    def move(self, old: str, new: str, new_id: str) -> None:
        """Move a resource and everything under it, ETags and links to them included."""
        low, high = _below(old)
        within = "path = ? OR (path >= ? AND path < ?)"
        query = f"SELECT {COLUMNS} FROM resources WHERE {within}"  # noqa: S608
        rows = [_row(r) for r in self._db.execute(query, (old, low, high))]
        self._db.execute(f"DELETE FROM resources WHERE {within}", (old, low, high))  # noqa: S608
        for row in rows:
            below = row.path[len(old) :].count("/")
            tail = row.id.split("/")[-below:] if below else []
            target = row.target
            if target and target.startswith((low, old + "#")):
                target = new + target[len(old) :]
            moved = Row(
                new + row.path[len(old) :], "/".join([new_id, *tail]), row.type, row.etag, row.body, row.private, target
            )
            self.put(moved, keep_etag=True)
        query = "SELECT path, target FROM resources WHERE target = ? OR (target >= ? AND target < ?)"
        for path, target in self._db.execute(query, (old, low, high)):
            self._db.execute("UPDATE resources SET target = ? WHERE path = ?", (new + target[len(old) :], path))

    def delete_row(self, path: str) -> None:
        """Remove one resource and nothing else."""
        self._db.execute("DELETE FROM resources WHERE path = ?", (path,))

    def mentioning(self, below: str, text: str) -> str | None:
        """Return the id of a resource under `below` whose private part (a policy as rawxml) contains a text."""
        escaped = json.dumps(text)[1:-1].lower()
        query = "SELECT id FROM resources WHERE path >= ? AND path < ? AND instr(lower(private), ?) LIMIT 1"
        found = self._db.execute(query, (*_below(below), escaped))
        return str(found[0][0]) if found else None

    def operation(self, name: str) -> dict[str, Any] | None:
        """Return the record of a long-running operation."""
        found = self._db.execute("SELECT body FROM operations WHERE id = ?", (name,))
        return json.loads(found[0][0]) if found else None

    def save_operation(self, name: str, body: dict[str, Any]) -> None:
        """Write the record of a long-running operation."""
        self._db.execute("INSERT OR REPLACE INTO operations VALUES (?, ?)", (name, json.dumps(body)))
