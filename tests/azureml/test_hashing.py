"""Feature hashing, held to what is published of its parts and to the one row that the guide shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.emulator.azureml.hashing import features
from provision.emulator.azureml.murmur import murmur3


@pytest.mark.parametrize(
    ("data", "seed", "expected"),
    [
        (b"", 0, 0),
        (b"", 1, 0x514E28B7),
        (b"", 0xFFFFFFFF, 0x81F16F39),
        (b"\0\0\0\0", 0, 0x2362F9DE),
        (b"aaaa", 0x9747B28C, 0x5A97808A),
        (b"aaa", 0x9747B28C, 0x283E0130),
        (b"aa", 0x9747B28C, 0x5D211726),
        (b"a", 0x9747B28C, 0x7FA09EA6),
        (b"Hello, world!", 0x9747B28C, 0x24884CBA),
        (b"The quick brown fox jumps over the lazy dog", 0x9747B28C, 0x2FA826CD),
    ],
)
def test_the_hash_is_the_published_one(data: bytes, seed: int, expected: int) -> None:
    assert murmur3(data, seed) == expected


def test_the_guide_s_row() -> None:
    assert features("This is a good day") == [1, 1, 2, 2, 0, 2, 0, 1]


def test_case_counts_and_white_space_does_not() -> None:
    assert features("this is a good day") != features("This is a good day")
    assert features(" This  is\ta good day\n") == features("This is a good day")


@given(st.text(), st.integers(1, 10))
def test_every_word_and_every_pair_is_counted_once(text: str, bits: int) -> None:
    counts, words = features(text, bits), len(text.split())
    assert len(counts) == 2**bits
    assert sum(counts) == words + max(words - 1, 0)
