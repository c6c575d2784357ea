"""Headless Chromium, driven over a pipe by its own protocol: clicks and keys are the browser's, not a script's.

https://chromedevtools.github.io/devtools-protocol/. Nothing but the browser itself is needed, and nothing is fetched.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # root, in a container, runs the tests
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
)
KEYS: Mapping[str, tuple[str, int, str]] = {
    "Enter": ("Enter", 13, "\r"),
    "Tab": ("Tab", 9, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "End": ("End", 35, ""),
    "/": ("Slash", 191, "/"),
}
CONTROL = 2
GONE = ("context was destroyed", "Promise was collected", "navigated or closed")  # what is said of a page that was left
# The protocol is spoken on descriptors 3 and 4, which only the process itself can make of those that it got.
LAUNCH = """import fcntl, os, sys
given = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
os.dup2(given[0], 3)
os.dup2(given[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
END = b"\0"


def installed() -> str | None:
    """Return the path of a browser, if the machine has one."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class BrowserError(Exception):
    """The browser could not do what it was told, or a page failed."""


@dataclass
class Browser:
    """One browser with one page."""

    send_to: int
    read_from: int
    session: str = ""
    problems: list[str] = field(default_factory=list)
    _number: int = 0
    _buffer: bytes = b""

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its answer; what happens meanwhile is kept where it is a problem."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.send_to, json.dumps(message).encode() + END)
        while (found := self._next()).get("id") != self._number:
            self._heed(found)
        if "error" in found:
            raise BrowserError(f"{method}: {found['error']['message']}")
        result: dict[str, Any] = found["result"]
        return result

    def _next(self) -> dict[str, Any]:
        while END not in self._buffer:
            ready, _, _ = select.select([self.read_from], [], [], PATIENCE)
            got = os.read(self.read_from, 1 << 20) if ready else b""
            if not got:
                raise BrowserError("the browser says nothing")
            self._buffer += got
        line, _, self._buffer = self._buffer.partition(END)
        message: dict[str, Any] = json.loads(line)
        return message

    def _heed(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.problems.append(str(details.get("exception", {}).get("description") or details["text"]))
        elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            entry = params["entry"]
            # What the portal's server refuses is noted by the browser, and told by the page.
            if not (entry["source"] == "network" and "/data/" in entry.get("url", "")):
                self.problems.append(f"{entry['text']} {entry.get('url', '')}")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression on the page."""
        done = self.tell("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise BrowserError(f"{expression}: {done['exceptionDetails']['exception'].get('description')}")
        return done["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait on the page until an expression is true; where it gives way to another page, on that one."""
        looking = f"({LOOKING})(() => ({expression}))"
        while True:
            try:
                self.evaluate(looking)
            except BrowserError as error:
                if not any(words in str(error) for words in GONE):
                    raise
            else:
                return

    def go(self, url: str) -> None:
        """Open a page."""
        self.tell("Page.navigate", url=url)

    def text(self, selector: str = "main") -> str:
        """Return what is to be read in an element."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.until(found)
        return str(self.evaluate(f"{found}.innerText"))

    def click(self, selector: str, words: str = "") -> None:
        """Click the middle of what is visible, matches, and reads so."""
        self.until(f"({FIND})({json.dumps(selector)}, {json.dumps(words)}) !== null")
        spot = self.evaluate(f"({SPOT})({json.dumps(selector)}, {json.dumps(words)})")
        for kind in ("mousePressed", "mouseReleased"):
            self.tell("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left", clickCount=1)

    def write(self, text: str) -> None:
        """Write where the focus is."""
        self.tell("Input.insertText", text=text)

    def fill(self, selector: str, text: str) -> None:
        """Click a field and write into it."""
        self.click(selector)
        self.write(text)

    def press(self, key: str, *, control: bool = False) -> None:
        """Press a key."""
        code, number, text = KEYS[key]
        common = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": CONTROL if control else 0}
        said = {"text": text} if text and not control else {}
        self.tell("Input.dispatchKeyEvent", type="keyDown", **common, **said)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **common)

    def appearance(self, scheme: str, width: int = 1280, height: int = 900) -> None:
        """Prefer light or dark, in a window of a size."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.tell("Emulation.setEmulatedMedia", features=features)
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path) -> None:
        """Save the whole page as a PNG."""
        self.evaluate("scrollTo(0, 0)")
        size = self.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
        shot = self.tell("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))


LOOKING = """(holds) => new Promise((done, fail) => {
  const look = () => {
    try {
      if (holds()) done(true);
      else setTimeout(look, 10);
    } catch (error) {
      fail(error);
    }
  };
  look();
})"""
FIND = """(selector, words) => [...document.querySelectorAll(selector)]
  .find((one) => one.checkVisibility() && (!words || one.innerText.trim() === words)) ?? null"""
SPOT = f"""(selector, words) => {{
  const found = ({FIND})(selector, words);
  found.scrollIntoView({{block: "center", behavior: "instant"}});
  const box = found.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}}"""


@contextlib.contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """A browser with an empty page for as long as the block runs."""
    into, send_to = os.pipe()
    read_from, out = os.pipe()
    arguments = [program, *ARGUMENTS, f"--user-data-dir={profile}", "about:blank"]
    command = [sys.executable, "-c", LAUNCH, str(into), str(out), *arguments]
    process = subprocess.Popen(
        command, pass_fds=(into, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    os.close(into)
    os.close(out)
    try:
        found = Browser(send_to, read_from)
        target = found.tell("Target.createTarget", url="about:blank")["targetId"]
        found.session = found.tell("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            found.tell(f"{domain}.enable")
        yield found
    finally:
        process.kill()
        process.wait()
        os.close(send_to)
        os.close(read_from)
