"""MurmurHash3, the 32-bit variant for x86, as its author published it (Austin Appleby, public domain)."""

from __future__ import annotations

MASK = 0xFFFFFFFF
FIRST, SECOND = 0xCC9E2D51, 0x1B873593
BLOCK = 4


def murmur3(data: bytes, seed: int = 0) -> int:
    """Return the hash of some bytes, 0 to 2^32 - 1."""
    state = seed & MASK
    whole = len(data) - len(data) % BLOCK
    for at in range(0, whole, BLOCK):
        state = _rotated(state ^ _mixed(int.from_bytes(data[at : at + BLOCK], "little")), 13)
        state = (state * 5 + 0xE6546B64) & MASK
    if whole < len(data):
        state ^= _mixed(int.from_bytes(data[whole:], "little"))
    return _finished(state ^ len(data))


def _mixed(block: int) -> int:
    return (_rotated((block * FIRST) & MASK, 15) * SECOND) & MASK


def _rotated(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & MASK


def _finished(state: int) -> int:
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & MASK
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & MASK
    return state ^ (state >> 16)
