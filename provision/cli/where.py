"""Which Azure a command talks to; the only place that starts the embedded one."""

from __future__ import annotations

import os
import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provision.address import Scope
from provision.cloud import CLOUDS, ZEROS, Cloud, cloud_at
from provision.errors import MissingExtraError, ProvisionError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provision.azure import Azure, Connection
    from provision.emulator import Emulator

    Say = Callable[[str], None]

AZUREML_KEY = "AZUREML_KEY"
HOST = re.compile(r"[A-Za-z0-9_.:-]+")  # of a name, an IPv4 or an IPv6 address


def _silent(_: str) -> None:
    pass


class Where:
    """A cloud and a subscription in it; opens connections to instances there.

    `timeout`: seconds that one operation may take; `say` is told what is waited for, by any thread.
    """

    def __init__(self, cloud: Cloud, subscription: str, timeout: float | None = None, say: Say = _silent) -> None:
        self.cloud = cloud
        self.subscription = subscription
        self._timeout = timeout
        self._say = say
        self._connection: Connection | None = None

    def connect(self, group: str, service: str, *, read_only: bool = False, asks: bool = False) -> Azure:
        """One instance, over the one connection of the command, which the first of them makes."""
        # Half a second that only commands which talk to ARM pay.
        from provision.azure import Azure, Connection, Patience, Traffic  # noqa: PLC0415

        if self._connection is None:
            patience = Patience() if self._timeout is None else Patience(self._timeout, self._timeout)
            traffic = Traffic(patience, self._say)
            self._connection = Connection(self.cloud, self.subscription, traffic, read_only=read_only, asks=asks)
        return Azure(self._connection, Scope(self.subscription, group, service))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()


@contextmanager
def opened(
    cloud: str,
    subscription: str | None,
    endpoint: str | None,
    state: Path | None,
    timeout: float | None = None,
    say: Say = _silent,
) -> Iterator[Where]:
    """The Azure that the options name, for as long as the command runs. Raises UsageError where they don't fit."""
    if cloud != "local" and cloud not in CLOUDS:
        raise UsageError(f"--cloud {cloud}: there is no such cloud: {', '.join((*CLOUDS, 'local'))}")
    if state and (cloud != "local" or endpoint):
        raise UsageError("--state is the file of the embedded Azure: it goes with --cloud local")
    if endpoint:
        chosen = cloud_at(endpoint, CLOUDS.get(cloud, CLOUDS["azure"]))
        with closing(Where(chosen, _subscription(subscription, chosen), timeout, say)) as where:
            yield where
    elif cloud == "local":
        with (
            embedded(state=state or _default_state()) as azure,
            closing(Where(Cloud("local", azure.url, token=False), subscription or ZEROS, timeout, say)) as where,
        ):
            yield where
    else:
        with closing(Where(CLOUDS[cloud], _subscription(subscription, CLOUDS[cloud]), timeout, say)) as where:
            yield where


def _subscription(given: str | None, cloud: Cloud) -> str:
    if given or not cloud.token:
        return given or ZEROS
    raise UsageError("which subscription? --subscription-id ID or AZURE_SUBSCRIPTION_ID (az account show --query id)")


def _default_state() -> Path:
    """Where the embedded Azure keeps its state unless told otherwise."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "provision" / "local.sqlite3"


def _need_folder(state: Path) -> None:
    """A folder for the state: made where nobody has named one, which a typo would do."""
    if state == _default_state():
        state.parent.mkdir(parents=True, exist_ok=True)
    elif not state.parent.is_dir():
        raise UsageError(f"--state {state}: there is no folder {state.parent}")


@contextmanager
def embedded(clock: str | None = None, faults: Path | None = None, **options: Any) -> Iterator[Emulator]:
    """The embedded Azure, up as long as the block runs. Raises MissingExtraError where it is not installed.

    `clock`: an instant at which its clock stands still; `faults`: a script of faults. Raises UsageError for no instant.
    """
    try:
        from provision.emulator import Emulator, EmulatorError  # noqa: PLC0415 - an extra
    except ImportError as error:
        from provision.cli.origin import install  # noqa: PLC0415 - reads what pip wrote down, for this message alone

        missing = f"the embedded Azure is not installed ({error.name} is missing)"
        raise MissingExtraError(f"{missing}: {install('local')}") from None
    state, throttle = options.get("state"), options.get("throttle", "off")
    if throttle not in ("azure", "off"):
        raise UsageError(f"--throttle {throttle}: azure or off")
    for name in options.get("allow_hosts", ()):
        if not HOST.fullmatch(name):
            raise UsageError(f"--allow-host {name}: a host name or an address alone, such as azure.example")
    try:
        if state:
            _need_folder(state)
        key = os.environ.get(AZUREML_KEY)  # what the worked example sends, where it is set
        azure = Emulator(**({**options, "azureml_key": key} if key else options))
        _prepare(azure, clock, faults)
        azure.start()
    except OSError as error:
        raise ProvisionError(f"--state {state}: {error.strerror}") from None
    except EmulatorError as error:
        raise ProvisionError(f"the embedded Azure can't start: {error}") from None
    try:
        yield azure
    finally:
        azure.stop()


def _prepare(azure: Emulator, clock: str | None, faults: Path | None) -> None:
    from provision.emulator import instant, read_script  # noqa: PLC0415 - an extra

    if clock is not None:
        try:
            azure.clock.freeze(instant(clock))
        except ValueError as error:
            raise UsageError(f"--clock: {error}") from None
    if faults is not None:
        azure.faults.replace(read_script(faults))
