"""Secret values of `${secret:NAME}`: kept out of files, and put back from the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from provision.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MARK = re.compile(r"\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}|\$\$")


def hide(value: Any, secrets: Mapping[str, str]) -> Any:
    """JSON data in which every secret value stands as `${secret:NAME}`; other dollars are doubled."""
    longest_first = sorted(secrets.items(), key=lambda item: -len(item[1]))

    def text(plain: str) -> str:
        pieces = re.split("|".join(re.escape(secret) for _, secret in longest_first if secret) or r"(?!)", plain)
        found = re.findall("|".join(re.escape(secret) for _, secret in longest_first if secret) or r"(?!)", plain)
        names = {secret: name for name, secret in secrets.items()}
        shown = [piece.replace("$", "$$") for piece in pieces]
        marks = [f"${{secret:{names[secret]}}}" for secret in found]
        return "".join(part for pair in zip(shown, [*marks, ""], strict=True) for part in pair)

    return _mapped(value, text)


def reveal(value: Any, environ: Mapping[str, str]) -> Any:
    """The inverse of `hide`. Raises PlanError for a secret that the environment doesn't hold."""

    def text(hidden: str) -> str:
        return _MARK.sub(one, hidden)

    def one(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "$"
        if name not in environ:
            raise PlanError(f"the plan needs the secret {name}: set the environment variable {name}")
        return environ[name]

    return _mapped(value, text)


def _mapped(value: Any, text: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {key: _mapped(item, text) for key, item in value.items()}
    return [_mapped(item, text) for item in value] if isinstance(value, list | tuple) else value
