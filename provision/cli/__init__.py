"""The command line. Here stands only what has to be there before Ctrl-C is answered in words: the rest loads later."""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from provision.cli.interrupts import Interrupts

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130  # as shells have it: Ctrl-C before anything was sent


def run(arguments: Sequence[str], interrupts: Interrupts | None = None) -> int:
    """Run one command line and give its exit code. The signals are this command's as long as it runs."""
    if interrupts is not None:
        return _run(arguments, interrupts)
    own = Interrupts()
    own.catch()
    try:
        return _run(arguments, own)
    finally:
        own.release()


def _run(arguments: Sequence[str], interrupts: Interrupts) -> int:
    try:
        from provision.cli.app import execute

        code = execute(arguments, interrupts)
    except KeyboardInterrupt:
        code = INTERRUPTED if interrupts.code is None else interrupts.code
    interrupts.count()  # what is left is to end
    from provision.cli.sinks import say

    if error := say(sys.stdout, ""):
        code = code or int(not isinstance(error, BrokenPipeError))
    if code == INTERRUPTED:
        say(sys.stderr, "\ninterrupted: nothing was changed\n")
    return code


def main() -> None:
    """The entry point of the command `provision`."""
    interrupts = Interrupts()
    interrupts.catch()
    try:
        from provision.cli.sinks import stand

        stand()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    code = run(sys.argv[1:], interrupts)
    interrupts.ignore()
    if interrupts.asked:
        os._exit(code)  # reads and writes that nobody waits for would be waited for otherwise
    sys.exit(code)
