"""What somebody is told, as bodies for Meta's API. Pure: a message in, bodies out, the same each time.

Limits: WHATSAPP.md, section 7. Lengths are counted in UTF-16 units (`markup.units`), the stricter reading of "characters".
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.whatsapp.markup import (
    CURSIEF,
    HEEL,
    KOP,
    VET,
    Opgemaakt,
    line_of,
    may_break,
    one_line,
    read,
    read_plain,
    units,
    write,
)

TEXT, BODY, LIST_BODY = 4096, 1024, 4096
BUTTONS, BUTTON_TITLE = 3, 20
ROWS, ROW_TITLE, ROW_DESCRIPTION = 10, 24, 72
ID = 200
"""Longest id of a row; a button's may be longer, but both are made in one way."""
FILENAME, PLACE = 240, 1000
"""Meta gives no figures for these; cut where no honest name ever comes."""
MESSAGES = 3
"""Most messages with text at a time; the rest comes after "meer"."""
_SHORTEST = ROW_TITLE // 2
"""A title that is cut at a word is not cut shorter than this."""
_PARAGRAPH, _SENTENCE, _WORD, _MARKED = 4, 3, 2, 1
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True)
class Document:
    """A file: at an address that Meta can read, or uploaded before."""

    naam: str
    url: str = field(default="", repr=False)
    media_id: str = ""
    """When there is one, it goes before the address."""


@dataclass(frozen=True)
class Plaats:
    """A place on the map. Raises ValueError for degrees that do not exist."""

    naam: str
    adres: str
    breedte: float
    lengte: float
    """Degrees, WGS 84."""

    def __post_init__(self) -> None:
        for value, most in ((self.breedte, 90), (self.lengte, 180)):
            if not math.isfinite(value) or abs(value) > most:
                raise ValueError(f"degrees run from {-most} to {most}")


@dataclass(frozen=True)
class Uitgaand:
    """What somebody is told. Raises ValueError for a key that cannot be used in an id."""

    tekst: str = field(repr=False)
    """Markdown, unless `platte_tekst`."""
    keuzes: tuple[str, ...] = field(default=(), repr=False)
    """Titles, in order."""
    sleutel: str = "k"
    """Short, different for each message: `k:17`. It comes back with the choice that is tapped."""
    platte_tekst: bool = False
    """A text of an employee or a resident: every character is just that."""
    document: Document | None = None
    plaats: Plaats | None = None
    vanaf: int = 0
    """The part to go on with, from 0: what `Gerenderd.meer` said."""

    def __post_init__(self) -> None:
        if self.vanaf < 0:
            raise ValueError("parts are counted from 0")
        if not re.fullmatch(r"[!-~]{1,190}", self.sleutel):
            raise ValueError("a key is 1 to 190 visible ASCII characters")


@dataclass(frozen=True)
class Gerenderd:
    """Bodies in the order of sending, without recipient: `{"type": "text", "text": {...}}`."""

    lijven: tuple[dict[str, Any], ...] = field(repr=False)
    meer: int | None
    """The part at which "meer" goes on; None when all was said."""
    keuzes: tuple[str, ...] = field(repr=False)
    """Titles in full, in their numbered order: those of the message, and last "meer" when there is more. The number in the id
    of a button or row is the place in here, from 0."""


@lru_cache(maxsize=1)
def woorden() -> Mapping[str, str]:
    """The fixed words, from `woorden.yml`."""
    path = Path(__file__).with_name("woorden.yml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def choice_of(id: str) -> tuple[str, int] | None:
    """The key and the place in `Gerenderd.keuzes` of a tapped button or row; None when the id is none of ours."""
    found = re.fullmatch(r"([!-~]{1,190}):(0|[1-9][0-9]{0,3})", id)
    return (found.group(1), int(found.group(2))) if found else None


def render(message: Uitgaand) -> Gerenderd:
    """The bodies of a message.

    At most three with text, then the file and the place once all was said. Choices stand on the last one with text: up to 3
    short titles as buttons, up to 10 as a list, others written out with numbers at the end of the text. While there is more
    to read "meer" is one of the choices.
    """
    titles = [line_of(title) for title in message.keuzes]
    written_out = not _is_list(titles)
    text = (read_plain if message.platte_tekst else read)(message.tekst)
    if _is_blank(text.tekst):
        text = read(woorden()["zonder_tekst"]) if message.keuzes else Opgemaakt()
    if written_out:
        text += _numbered(message.keuzes)
    parts = _parts(text)
    here = parts[message.vanaf : message.vanaf + MESSAGES]
    going_on = message.vanaf + MESSAGES
    is_last = going_on >= len(parts)
    keuzes, offered = message.keuzes, [] if written_out else list(enumerate(titles))
    if not is_last:
        more = (len(keuzes), woorden()["meer"])
        keuzes = (*keuzes, more[1])
        offered = [*offered, more] if _is_list([*(title for _, title in offered), more[1]]) else [more]
        here[-1] += _more_words()
    bodies = [_text_body(write(part)) for part in here]
    if offered:
        last = write(here[-1]) if here else write(read(woorden()["zonder_tekst"]))
        bodies[-1:] = [_interactive(last, message.sleutel, offered)]
    if is_last:
        bodies += _attached(message)
    return Gerenderd(tuple(bodies), None if is_last else going_on, keuzes)


# Choices


def _interactive(body: str, key: str, offered: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """A message with choices: their place in `Gerenderd.keuzes`, and their title on one line."""
    titles = [(f"{key}:{index}", title) for index, title in offered]
    content: dict[str, Any] = {"type": "button", "body": {"text": body}}
    if len(titles) <= BUTTONS and units(body) <= BODY and all(units(title) <= BUTTON_TITLE for _, title in titles):
        content["action"] = {
            "buttons": [{"type": "reply", "reply": {"id": id, "title": title}} for id, title in titles]
        }
    else:
        content["type"] = "list"
        rows = [{"id": id, **row} for (id, _), row in zip(titles, _rows([title for _, title in titles]), strict=True)]
        content["action"] = {"button": woorden()["kies"], "sections": [{"rows": rows}]}
    return {"type": "interactive", "interactive": content}


def _is_list(titles: Sequence[str]) -> bool:
    """Whether choices can be told apart in a list."""
    rows = _rows(titles)
    different = {row["title"].casefold() for row in rows}
    return len(different) == len(rows) <= ROWS and not any(_is_blank(title) for title in titles)


def _rows(titles: Sequence[str]) -> list[dict[str, str]]:
    """Titles of rows; one that is too long is cut, and also given in full as far as there is room.

    Those that become the same go on from where they differ: `Parkeervergunning voor bewoners` as `…bewoners`.
    """
    cut = [_shortened(title, ROW_TITLE) for title in titles]
    rows = []
    for title, short in zip(titles, cut, strict=True):
        if short == title:
            rows.append({"title": title})
            continue
        alike = [other.split(" ") for other, its in zip(titles, cut, strict=True) if its == short]
        if len(alike) > 1:
            short = _shortened(f"…{' '.join(title.split(' ')[_shared(alike) :])}", ROW_TITLE)
        rows.append({"title": short, "description": _shortened(title, ROW_DESCRIPTION)})
    return rows


def _shared(labels: Sequence[Sequence[str]]) -> int:
    """With how many words all of these begin, their last word aside."""
    at_most = min(len(words) for words in labels) - 1
    return next((n for n in range(at_most) if len({words[n].rstrip(",:;.") for words in labels}) > 1), at_most)


def _shortened(text: str, most: int) -> str:
    """A text of one line, cut at a word if that leaves enough of it."""
    if units(text) <= most:
        return text
    end = _fitting(text, most - 1)
    space = text.rfind(" ", 0, end + 1)
    return text[: space if space >= _SHORTEST else end].rstrip(" ,;:.-(") + "…"


def _fitting(text: str, most: int) -> int:
    """The furthest place before which a text is at most so many units, with emoji and accents whole where that can be."""
    end = len(text)
    while units(text[:end]) > most:
        end = min(end - 1, most)
    return next((place for place in range(end, 0, -1) if may_break(text, place)), end)


def _numbered(titles: Sequence[str]) -> Opgemaakt:
    """Choices written out, none of them cut in two, and how to choose."""
    text = Opgemaakt("\n", b"\0")
    for number, title in enumerate(titles, 1):
        line = read_plain(f"{number}. {one_line(title)}")
        text += Opgemaakt("\n", b"\0") + Opgemaakt(line.tekst, bytes(style | HEEL for style in line.stijl))
    return text + Opgemaakt("\n\n", b"\0\0") + read(woorden()["nummer_typen"])


# Parts


def _parts(text: Opgemaakt) -> list[Opgemaakt]:
    """The text in one piece where it fits, else in pieces that leave room for the words about "meer"."""
    if units(write(text)) <= TEXT:
        return [text] if text.tekst else []
    costs, most = text.costs(), TEXT - _more_words().costs()[-1]
    parts, start = [], 0
    while start < len(text):
        reopened = 0
        if start:
            reopened = 2 * (text.stijl[start - 1] & text.stijl[start] & (VET | CURSIEF)).bit_count()
        end = bisect_right(costs, costs[start] + most - reopened) - 1
        end = _best_end(text, start, end) if end < len(text) else end
        parts.append(text[start:end].strip())
        start = end + len(text.tekst[end:]) - len(text.tekst[end:].lstrip())
    return parts


def _best_end(text: Opgemaakt, start: int, end: int) -> int:
    """Where to end a part: at a paragraph or else a sentence in its second half, else at a word."""
    last: dict[int, int] = {}
    for place in range(end, start, -1):
        last.setdefault(_rank(text, place), place)
    half = (start + end) // 2
    for rank in (_PARAGRAPH, _SENTENCE):
        if last.get(rank, 0) > half:
            return last[rank]
    words = [place for rank, place in last.items() if rank >= _WORD]
    if words:
        return max(words)
    # One mark, link or word that fits in no message.
    return last.get(_MARKED) or next((place for place in range(end, start, -1) if may_break(text.tekst, place)), end)


def _rank(text: Opgemaakt, place: int) -> int:
    """How good it is to cut before this character: 0 is inside a word."""
    char, before = text.tekst[place], text.tekst[place - 1]
    if char not in " \n" or before in " \n":
        return 0
    if text.stijl[place] & (VET | CURSIEF | HEEL):
        return _MARKED
    if text.stijl[place - 1] & KOP:
        return _WORD
    after = text.tekst[place + 1 : place + 2]
    if char == "\n":
        return _PARAGRAPH if after == "\n" else _SENTENCE
    ended = text.tekst[max(0, place - 4) : place].rstrip("\"')]”’»").endswith((".", "!", "?", "…"))
    # "bijv. een", "art. 5": no ends of sentences.
    return _SENTENCE if ended and not (after.islower() or after.isdigit()) else _WORD


@lru_cache(maxsize=1)
def _more_words() -> Opgemaakt:
    return Opgemaakt("\n\n", b"\0\0") + read(woorden()["meer_typen"])


# Bodies


def _text_body(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"preview_url": False, "body": text}}


def _attached(message: Uitgaand) -> list[dict[str, Any]]:
    """The file and the place."""
    bodies: list[dict[str, Any]] = []
    if document := message.document:
        source = {"id": document.media_id} if document.media_id else {"link": document.url}
        bodies.append({"type": "document", "document": {**source, "filename": _filename(document.naam)}})
    if plaats := message.plaats:
        words = {"name": _within(one_line(plaats.naam), PLACE), "address": _within(one_line(plaats.adres), PLACE)}
        said = {key: value for key, value in words.items() if value}
        bodies.append(
            {"type": "location", "location": {"latitude": plaats.breedte, "longitude": plaats.lengte, **said}}
        )
    return bodies


def _filename(name: str) -> str:
    """The name, cut before its extension."""
    whole = one_line(name)
    stem, dot, kind = whole.rpartition(".")
    room = FILENAME - units(dot + kind)
    return _within(stem, room) + dot + kind if stem and room > 0 else _within(whole, FILENAME)


def _within(text: str, most: int) -> str:
    return text[: _fitting(text, most)]


def _is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in a text. Meta refuses an empty body."""
    return not line_of(_INVISIBLE.sub("", text))
