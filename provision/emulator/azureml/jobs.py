"""BES, the batch execution service: jobs that are submitted, started, polled, and cancelled or deleted.

A started job runs for so many polls and so many seconds of the emulated clock as the emulator's other long-running
operations; it reads and writes at its end. [?] Cancelling a job leaves it to be looked at as Cancelled, deleting one
that has ended removes it; an input that is missing fails the job, and does not refuse its submission.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from provision.emulator.azureml import experiment, tables
from provision.emulator.azureml.errors import RefusedError
from provision.emulator.azureml.places import Place, place_of
from provision.emulator.azureml.scoring import unexpected
from provision.emulator.azureml.signatures import ACCOUNT, make_sas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provision.emulator.azureml.blobs import Blobs
    from provision.emulator.world.wire import World

RESULTS = "azureml-results"  # where an output goes that nobody gave a place
READABLE = timedelta(days=1)  # how long a result's URL is good for [doc: the example of consume-web-services]
TABLE = "CREATE TABLE IF NOT EXISTS azureml_jobs (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID"


class Status(IntEnum):
    """The states of a job [doc: consume-web-services]; the numbers are what the guide's client compares with."""

    NOT_STARTED = 0
    RUNNING = 1
    FAILED = 2
    CANCELLED = 3
    FINISHED = 4


ENDED = (Status.FAILED, Status.CANCELLED, Status.FINISHED)


class JobFailedError(Exception):
    """Why a job failed."""


class Jobs:
    """The jobs of the one web service, kept in the emulator's state."""

    def __init__(self, world: World, blobs: Blobs) -> None:
        self._world, self._blobs, self._database = world, blobs, world.store.database
        self._database.execute(TABLE)

    def submit(self, body: Mapping[str, Any]) -> str:
        """Keep a job and return its id."""
        now = self._world.clock.now()
        unexpected(body.get("GlobalParameters"))
        source = place_of(_input(body), now, "r")
        target = _output(body, now)
        name = secrets.token_hex(16)
        target = target or Place(RESULTS, f"{name}/{experiment.OUTPUT}.csv")
        record = {"status": Status.NOT_STARTED, "input": [source.container, source.name]}
        self._save(name, {**record, "output": [target.container, target.name], "details": None})
        return name

    def start(self, name: str) -> None:
        """Let a job run."""
        world = self._world
        with self._database.transaction():
            record = self._record(name)
            status = Status(record["status"])
            if status is not Status.NOT_STARTED:
                raise RefusedError("CannotStartJob", (_word(status),))
            until = world.clock.now() + timedelta(seconds=world.lro_seconds)
            self._save(name, {**record, "status": Status.RUNNING, "polls": world.lro_polls, "until": until.isoformat()})

    def status(self, name: str, base: str) -> dict[str, Any]:
        """Return what a poll shows, after counting it; `base` is where blobs are served."""
        with self._database.transaction():
            record = self._polled(name)
            self._save(name, record)
        status = Status(record["status"])
        place = Place(*record["output"])
        results = {experiment.OUTPUT: self._result(place, base)} if status is Status.FINISHED else None
        return {"StatusCode": status, "Results": results, "Details": record["details"]}

    def cancel(self, name: str) -> None:
        """End a job that has not ended; forget one that has."""
        with self._database.transaction():
            record = self._record(name)
            if record["status"] in ENDED:
                self._database.execute("DELETE FROM azureml_jobs WHERE id = ?", (name,))
            else:
                self._save(name, {**record, "status": Status.CANCELLED})

    def _polled(self, name: str) -> dict[str, Any]:
        record = self._record(name)
        if record["status"] != Status.RUNNING:
            return record
        if record["polls"] > 0:
            return {**record, "polls": record["polls"] - 1}
        if self._world.clock.now() < datetime.fromisoformat(record["until"]):
            return record
        try:
            self._run(Place(*record["input"]), Place(*record["output"]))
        except JobFailedError as error:
            return {**record, "status": Status.FAILED, "details": str(error)}
        return {**record, "status": Status.FINISHED}

    def _run(self, source: Place, target: Place) -> None:
        blobs = self._blobs
        given = blobs.get(source.container, source.name)
        if given is None:
            raise JobFailedError(f"Unable to access the provided Azure blob - {source.path}: it does not exist.")
        try:
            columns, rows = tables.read(given.content, tables.separator_of(source.name) or ",")
            counted = experiment.run(columns, rows)
        except (tables.NoTableError, RefusedError) as error:
            why = error.message if isinstance(error, RefusedError) else str(error)
            raise JobFailedError(f"The input {source.path} could not be read: {why}") from None
        if target.container == RESULTS and not blobs.container(RESULTS):
            blobs.put_container(RESULTS, blobs.new_facts())
        if not blobs.container(target.container):
            raise JobFailedError(
                f"Blob container validation failed with this error: '{target.container}' does not exist."
            )
        content = tables.write(experiment.COLUMNS, counted, tables.separator_of(target.name) or ",")
        blobs.put(target.container, target.name, blobs.new_facts(headers={"content-type": "text/csv"}), content)

    def _result(self, place: Place, base: str) -> dict[str, Any]:
        return {
            "ConnectionString": None,
            "RelativeLocation": f"{place.container}/{place.name}",
            "BaseLocation": f"{base}/{ACCOUNT}/",
            "SasBlobToken": make_sas(place.container, place.name, self._world.clock.now(), READABLE),
        }

    def _record(self, name: str) -> dict[str, Any]:
        found = self._database.execute("SELECT record FROM azureml_jobs WHERE id = ?", (name,))
        if not found:
            raise RefusedError("JobNotFound")
        record: dict[str, Any] = json.loads(found[0][0])
        return record

    def _save(self, name: str, record: dict[str, Any]) -> None:
        self._database.execute("INSERT OR REPLACE INTO azureml_jobs VALUES (?, ?)", (name, json.dumps(record)))


def _word(status: Status) -> str:
    return status.name.title().replace("_", "")


def _input(body: Mapping[str, Any]) -> Any:
    """Return the place of the one input, given alone or, as later services want it, by its name."""
    one, many = body.get("Input"), body.get("Inputs")
    if one and many:
        raise RefusedError("DuplicateInputInBatchCall")
    if many is not None and not isinstance(many, dict):
        raise RefusedError("RequestBodyInvalid", more="Inputs must be an object.")
    strange = [name for name in many or {} if name != experiment.INPUT]
    if strange:
        raise RefusedError(
            "InvalidInputNames", (", ".join(strange),), f"The service has one input, {experiment.INPUT}."
        )
    found = one or (many or {}).get(experiment.INPUT)
    if not found:
        raise RefusedError("BatchJobInputsNotSpecified", (experiment.INPUT,))
    return found


def _output(body: Mapping[str, Any], now: datetime) -> Place | None:
    outputs = body.get("Outputs")
    if not outputs:
        return None
    if not isinstance(outputs, dict):
        raise RefusedError("RequestBodyInvalid", more="Outputs must be an object.")
    for name in outputs:
        if name != experiment.OUTPUT:
            raise RefusedError("InvalidOutputOverrideName", (name,))
    if not outputs[experiment.OUTPUT]:
        raise RefusedError("MissingOutputOverrideSpecification", (experiment.OUTPUT,))
    return place_of(outputs[experiment.OUTPUT], now, "cw")
