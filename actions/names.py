"""The name in what somebody answers to "hoe heet u?"."""

from __future__ import annotations

import re

LANGST = 60
_AANLOOP = re.compile(
    r"^\W*(?:(?:hallo|hoi|goede\w*)\W+)?(?:(?:ik\s+heet|ik\s+ben|mijn\s+naam\s+is|(?:mijn\s+)?naam:?|met|dit\s+is)\s+)?",
    re.IGNORECASE,
)


def name_in(text: str) -> str:
    """The name without what stands before it ("ik heet ..."), on one line, and not longer than a name."""
    return " ".join(_AANLOOP.sub("", text, count=1).split()).strip(" .,!")[:LANGST]
