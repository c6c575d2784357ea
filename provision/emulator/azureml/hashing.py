"""Feature hashing: a text becomes counts of its words and word pairs, in as many columns as the bits of a hash give.

The Studio module stands on Vowpal Wabbit [doc: studio-module-reference/feature-hashing]: words are taken as they are
written, and with pairs come the single words too. How its hashes combine is known by one answer of the real service,
the guide's "This is a good day" with 3 bits, 1 1 2 2 0 2 0 1. That is what the functions here give, computed and not
looked up. [?] One row of three bits is thin evidence for any other text: where Vowpal Wabbit treats words specially
(those that are numbers, those with a colon or a bar) the real module may differ.
"""

from __future__ import annotations

from itertools import pairwise

from provision.emulator.azureml.murmur import MASK, murmur3

PAIR = 27942141  # Vowpal Wabbit's factor of quadratic features and n-grams
BITS = 3


def features(text: str, bits: int = BITS) -> list[int]:
    """Return how often each of the 2^bits features occurs in a text."""
    words = [murmur3(word.encode("utf-8", "replace")) for word in text.split()]
    pairs = [(first * PAIR + second) & MASK for first, second in pairwise(words)]
    counts = [0] * (1 << bits)
    for found in (*words, *pairs):
        counts[found & (len(counts) - 1)] += 1
    return counts
