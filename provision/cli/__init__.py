"""The command line."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provision import __version__
from provision.cli import commands
from provision.errors import ProvisionError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130  # as shells have it: Ctrl-C before anything was sent

# Usage errors of click, which typer carries within itself or imports, by the one name that both export.
_WrongUsage: Any = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="provision",
    help="Infrastructure as code for Azure API Management.",
    rich_markup_mode=None,  # rich doubles the time to start
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done or no change, 1 error, 2 changes pending, 3 partly applied, 4 stopped, 64 wrong usage.",
)
for _command in (
    commands.validate,
    commands.plan,
    commands.apply,
    commands.drift,
    commands.destroy,
    commands.show,
    commands.schema,
    commands.emulator,
):
    app.command()(_command)


@app.callback(invoke_without_command=False)
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda value: _version() if value else None)
    ] = False,
) -> None:
    """Infrastructure as code for Azure API Management."""


def _version() -> None:
    sys.stdout.write(f"provision {__version__}\n")
    raise typer.Exit


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; every error ends as a message on stderr."""
    try:
        return _done(app(list(arguments), prog_name="provision", standalone_mode=False))
    except _WrongUsage as error:
        error.show(sys.stderr)
        return 64
    except ProvisionError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("\ninterrupted: nothing was changed\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away: nothing left to say
        return 1
    except OSError as error:
        sys.stderr.write(f"provision: {error.strerror or error}\n")
        return 1


def _done(code: Any) -> int:
    sys.stdout.flush()
    if code == INTERRUPTED:
        sys.stderr.write("\ninterrupted: nothing was changed\n")
    return int(code or 0)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """The entry point of the command `provision`."""
    signal.signal(signal.SIGTERM, _interrupt)  # a cancelled CI job ends as Ctrl-C does: in order
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names in Azure are of any script, terminals are not
    sys.exit(run(sys.argv[1:]))
