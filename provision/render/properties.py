"""Property changes as lines of text: for people, and as a diff."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, Final

from provision.diff import ROTATED
from provision.render.words import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provision.comparison import PropertyChange
    from provision.diff import Change

NONE: Final = "(none)"
_HIDDEN: Final = "differs in a secret"
_CONTEXT: Final = 2  # lines around a changed line


def compact(value: Any, width: int = 0) -> str:
    """Write a value as JSON on one line, cut to `width` characters (0: whole)."""
    text = visible(json.dumps(value, ensure_ascii=False, default=str))
    return text[: width - 1] + "…" if width and len(text) > width else text


def apart(before: str, after: str, width: int) -> tuple[str, str]:
    """Cut two long texts around the place where they begin to differ."""
    if not width or max(len(before), len(after)) <= width:
        return before, after
    same = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), None)
    start = max(0, (min(len(before), len(after)) if same is None else same) - width // 4)
    return _window(before, start, width), _window(after, start, width)


def _window(text: str, start: int, width: int) -> str:
    piece = text[start : start + width - 1]
    return f"{'…' if start else ''}{piece}{'…' if len(text) >= start + width else ''}"


def listed(change: Change, width: int = 0) -> Iterator[str]:
    """For people: `path: before -> after`, or `path:` and a diff of lines."""
    for one in change.properties:
        path = visible(one.path)
        if _same(one):
            yield f"{path}: {_hidden(change)}"
        elif _is_text(one):
            yield f"{path}:"
            yield from (f"  {line}" for line in _lines(one))
        elif one.before is None or one.after is None:
            value = compact(one.after if one.before is None else one.before, width)
            yield f"{path}: {value}" if _whole(change) else f"{path}: {_arrow(one, value)}"
        else:
            before, after = apart(compact(one.before), compact(one.after), width)
            yield f"{path}: {before} -> {after}"


def _hidden(change: Change) -> str:
    return "sent again" if change.because == ROTATED else _HIDDEN


def diffed(change: Change) -> Iterator[str]:
    """For highlighters of diffs: the sign comes first on each line."""
    for one in change.properties:
        path = visible(one.path)
        if _same(one):
            yield f"  {path}: {_hidden(change)}"
        elif _is_text(one):
            yield f"  {path}:"
            yield from _lines(one)
        else:
            yield from () if one.before is None else (f"- {path}: {compact(one.before)}",)
            yield from () if one.after is None else (f"+ {path}: {compact(one.after)}",)


def _whole(change: Change) -> bool:
    """Whether the resource comes or goes with its properties, so that each has one side only."""
    return change.action.name in ("CREATE", "DELETE", "RESTORE", "PURGE")


def _arrow(one: PropertyChange, value: str) -> str:
    return f"{NONE} -> {value}" if one.before is None else f"{value} -> {NONE}"


def _same(one: PropertyChange) -> bool:
    """Whether only masked text differed."""
    return one.before is not None and type(one.before) is type(one.after) and bool(one.before == one.after)


def _is_text(one: PropertyChange) -> bool:
    sides = [side for side in (one.before, one.after) if side is not None]
    return all(isinstance(side, str) for side in sides) and any("\n" in side for side in sides)


def _lines(one: PropertyChange) -> Iterator[str]:
    """Diff two texts, with a few lines around what changed. Split at newlines only, so that nothing is lost."""
    old, new = (visible_lines(side) if side is not None else [] for side in (one.before, one.after))
    if old and new:
        found = difflib.unified_diff(old, new, lineterm="", n=_CONTEXT)
        for number, line in enumerate(found):
            if number > 2 and line.startswith("@@"):  # noqa: PLR2004 - two headers and the first hunk's
                yield "..."
            elif number > 2:  # noqa: PLR2004
                yield line
        return
    yield from (f"{'+' if new else '-'}{line}" for line in _trimmed(new or old))


def _trimmed(lines: list[str]) -> list[str]:
    """Drop the empty piece behind the last newline."""
    return lines[:-1] if lines[-1] == "" else lines
