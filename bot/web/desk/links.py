"""Addresses in what people typed, as links that an employee may follow.

Only https, and only where the address can be read for what it is: plain ASCII, a name with a dot, and nothing before an `@`
(`https://www.digid.nl@elders.example` leads elsewhere). A link is always shown in full. Anything else stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.channels.blocks import Block, plain

_ADDRESS = re.compile(r"(?<![^\s:(\[<'\"“‘])https://\S+", re.IGNORECASE)
_READABLE = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.IGNORECASE | re.ASCII)
"""What an address may be made of (RFC 3986): printable ASCII without quotes, angle brackets and the like."""
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE | re.ASCII)
_AFTER = ".,;:!?'\"”’…»>"
"""What stands after an address and does not belong to it."""
_PAIRS = {")": "(", "]": "["}


def linked(text: str) -> list[Block]:
    """Blocks of a text that is no Markdown, with its addresses as links."""
    return [{**block, "inhoud": list(_parts(block["inhoud"][0]["tekst"]))} for block in plain(text)]


def _parts(text: str) -> Iterator[dict[str, Any]]:
    done = 0
    for found in _ADDRESS.finditer(text):
        address = _without_end(found.group())
        if not _may_be_followed(address):
            continue
        if found.start() > done:
            yield {"tekst": text[done : found.start()]}
        yield {"tekst": address, "link": address}
        done = found.start() + len(address)
    if done < len(text):
        yield {"tekst": text[done:]}


def _without_end(address: str) -> str:
    while address:
        last = address[-1]
        lone = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if last not in _AFTER and not lone:
            return address
        address = address[:-1]
    return address


def _may_be_followed(address: str) -> bool:
    if not _READABLE.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    name = parts.netloc.removesuffix(f":{port}")
    return _HOST.fullmatch(name) is not None
