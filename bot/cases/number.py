"""Recognising case numbers in a sentence, in the formats that a municipality configures.

A format reads like the numbers themselves:

    ZAAK-0000-0000000000      zeros stand for digits
    ZAAK-{jaar}-{10 cijfers}  the same, with a real year; also {jaar kort} (two digits), {4-6 cijfers}, {2 letters}
    Z{jaar}-{tot 6 cijfers}   fewer digits are filled up with zeros on the left
    [Z-]{jaar}-{6 cijfers}    what stands in brackets may be left out
    {1-6 cijfers}-{jaar} -> 0014ESUITE{1}{2}
                              residents know another form than the register: {1} is the first field

Capitals, spaces, dashes, dots and slashes do not matter. A BSN, phone number, IBAN, postcode or date is never taken for
a case number, unless the letters of a format are written against it. Pure: no municipality's numbers are known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.cases.number_lookalikes import lookalikes

_GAP = r"[\s\-\u2010-\u2015\u2212/\\._:#]{0,3}"
_TOKEN = re.compile(
    r"\{(?P<field>[^{}]*)\}|\[(?P<optional>[^\[\]{}]*)\]|(?P<zeros>(?<!\d)0{2,}(?!\d))|(?P<char>.)", re.S
)
_FIELDS = (
    (re.compile(r"jaar"), "year"),
    (re.compile(r"jaar kort"), "digits"),
    (re.compile(r"(?P<upto>tot )?(?P<low>\d+)(?:-(?P<high>\d+))? cijfers?"), "digits"),
    (re.compile(r"(?P<low>\d+)(?:-(?P<high>\d+))? letters?"), "letters"),
)
_YEAR = r"(?:199\d|20\d\d)"
_SEPARATOR = re.compile(r"[\s\-/._:#]")
_MIN_DIGITS = 4
_MAX_WIDTH = 20


@dataclass(frozen=True)
class Kandidaat:
    """A case number in a sentence."""

    identificatie: str
    """As the register has it."""
    weergave: str
    """As the municipality writes it to residents."""
    begin: int
    eind: int
    """Where it stands in the sentence."""


@dataclass(frozen=True)
class _Part:
    """A piece of a format: letters or digits as they are, separators, or a field."""

    kind: str  # text, gap, year, digits, letters
    text: str = ""
    low: int = 0
    high: int = 0
    fill: int = 0
    optional: bool = False


@dataclass(frozen=True)
class Formaat:
    """A format that was read; make one with `parse_format`."""

    patroon: str
    delen: tuple[_Part, ...]
    register: str
    """Form in the register with {1}, {2}; empty when it is the same."""
    regex: re.Pattern[str]


def parse_format(patroon: str) -> Formaat:
    """Read a format. Raises ValueError with a message in Dutch for whoever configures it."""
    shown, arrow, register = (part.strip() for part in patroon.partition("->"))
    parts = tuple(_merge(_parts(shown)))
    fields = [part for part in parts if part.kind not in ("text", "gap")]
    if not fields:
        raise ValueError(f'zaaknummerformaat "{patroon}": geen plek voor cijfers, zoals {{6 cijfers}} of 000000')
    if sum(_digits(part) for part in parts if not part.optional) < _MIN_DIGITS:
        raise ValueError(
            f'zaaknummerformaat "{patroon}": minder dan {_MIN_DIGITS} cijfers lijkt te veel op iets anders'
        )
    if arrow and {int(n) for n in re.findall(r"\{(\d+)\}", register)} != set(range(1, len(fields) + 1)):
        raise ValueError(
            f'zaaknummerformaat "{patroon}": noem na -> elk veld een keer, als {{1}} tot {{{len(fields)}}}'
        )
    return Formaat(patroon, parts, register, re.compile(_regex(parts), re.IGNORECASE))


def parse_formats(patronen: Sequence[str]) -> tuple[Formaat, ...]:
    """Read formats, in the order in which they are tried. Raises ValueError as `parse_format` does."""
    return tuple(parse_format(patroon) for patroon in patronen)


def recognise(text: str, formaten: Sequence[Formaat]) -> tuple[Kandidaat, ...]:
    """The case numbers in a sentence, in the order in which they stand there, each once.

    Where one lies within a longer one the longer one is meant; where one fits two formats both are given.
    """
    others = lookalikes(text)
    found = [one for formaat in formaten for one in _matches(text, formaat, others)]
    outer = [one for one in found if not any(_lies_within(one, other) for other in found)]
    unique = {one.identificatie: one for one in sorted(outer, key=lambda one: -one.begin)}
    return tuple(sorted(unique.values(), key=lambda one: (one.begin, found.index(one))))


def _matches(text: str, formaat: Formaat, others: Sequence[tuple[str, int, int]]) -> Iterator[Kandidaat]:
    position = 0
    while match := formaat.regex.search(text, position):
        if _is_number(match, formaat, others):
            yield _kandidaat(formaat, match)
            position = match.end()
        else:
            position = match.start() + 1


def _is_number(match: re.Match[str], formaat: Formaat, others: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a match is no other kind of number, nor a part of one."""
    written = match.group()
    names = _names(match, formaat)
    if any(_is_against_digits(match, begin, end) for begin, end in names):
        return True
    digits = [index for index, char in enumerate(written) if char.isdigit()]
    begin, end = match.start() + digits[0], match.start() + digits[-1] + 1
    overlapping = [one for one in others if one[1] < match.end() and one[2] > match.start()]
    if names:
        # A space after the letters: "zaak 2026 0123456789". The word says what it is, unless all of the digits are
        # something else.
        return not any(kind == "datum" or (b <= begin and e >= end) for kind, b, e in overlapping)
    return not overlapping and not _touches_digits(match) and not _loose_small_groups(written)


def _names(match: re.Match[str], formaat: Formaat) -> list[tuple[int, int]]:
    """Where the letters of the format itself stand in the match."""
    texts = [index for index, part in enumerate(formaat.delen) if part.kind == "text" and not part.text.isdigit()]
    return [match.span(f"f{index}") for index in texts if match[f"f{index}"] is not None]


def _is_against_digits(match: re.Match[str], begin: int, end: int) -> bool:
    """Whether letters have digits beside them with no space between."""
    before, inside, after = (match.string[b:e] for b, e in ((match.start(), begin), (begin, end), (end, match.end())))
    return bool(
        re.search(r"\d", inside) or re.search(r"\d[^\s\w]*$", before) or re.match(r"[^\s\w]*\d", after),
    )


def _touches_digits(match: re.Match[str]) -> bool:
    """Whether digits go on beyond the match, as in an amount or a longer number."""
    text = match.string
    return bool(re.search(r"\d[-/.,:]$", text[: match.start()]) or re.match(r"[-/.,:]\d", text[match.end() :]))


def _loose_small_groups(written: str) -> bool:
    """Digits with only a space between them are one number when the groups are long: not "in 2026 3 personen"."""
    return bool(re.search(r"\d\s+\d", written)) and any(len(group) < 4 for group in re.findall(r"\d+", written))


def _kandidaat(formaat: Formaat, match: re.Match[str]) -> Kandidaat:
    values, shown = [], []
    for index, part in enumerate(formaat.delen):
        if part.kind in ("text", "gap"):
            shown.append(part.text)
            continue
        value = re.sub(r"[\W_]", "", match.group(f"f{index}")).upper().zfill(part.fill)
        values.append(value)
        shown.append(value)
    weergave = "".join(shown)
    identificatie = re.sub(r"\{(\d+)\}", lambda n: values[int(n.group(1)) - 1], formaat.register) or weergave
    return Kandidaat(identificatie, weergave, match.start(), match.end())


def _lies_within(one: Kandidaat, other: Kandidaat) -> bool:
    longer = other.eind - other.begin > one.eind - one.begin
    return longer and other.begin <= one.begin and one.eind <= other.eind


def _parts(shown: str) -> Iterator[_Part]:
    zeros_are_digits = "{" not in shown
    for match in _TOKEN.finditer(shown):
        if match["field"] is not None:
            yield _field(match["field"].strip(), shown)
        elif match["optional"] is not None:
            for char in match["optional"]:
                yield _literal(char, shown, optional=True)
        elif match["zeros"] and zeros_are_digits:
            yield _Part("digits", low=len(match["zeros"]), high=len(match["zeros"]))
        else:
            for char in match["zeros"] or match["char"]:
                yield _literal(char, shown)


def _literal(char: str, shown: str, *, optional: bool = False) -> _Part:
    if _SEPARATOR.fullmatch(char):
        return _Part("gap", char, optional=optional)
    if char.isascii() and char.isalnum():
        return _Part("text", char, optional=optional)
    raise ValueError(f'zaaknummerformaat "{shown}": "{char}" kan er niet in; wel letters, cijfers, spatie en - / . _ :')


def _field(description: str, shown: str) -> _Part:
    for pattern, kind in _FIELDS:
        match = pattern.fullmatch(description)
        if not match:
            continue
        if not match.groupdict():
            width = 4 if kind == "year" else 2
            return _Part(kind, low=width, high=width)
        low = int(match["low"])
        high = int(match["high"] or low)
        fill = 0
        if "upto" in match.groupdict() and match["upto"]:
            low, high, fill = 1, low, low
        if 1 <= low <= high <= _MAX_WIDTH:
            return _Part(kind, low=low, high=high, fill=fill)
    raise ValueError(
        f'zaaknummerformaat "{shown}": {{{description}}} is geen veld; wel bijvoorbeeld {{jaar}}, {{jaar kort}}, '
        f"{{6 cijfers}}, {{4-6 cijfers}}, {{tot 10 cijfers}} en {{2 letters}} (hoogstens {_MAX_WIDTH})"
    )


def _merge(parts: Iterator[_Part]) -> Iterator[_Part]:
    """Letters that follow one another are one piece, and so are separators."""
    last: _Part | None = None
    for part in parts:
        if last and part.kind == last.kind in ("text", "gap") and part.optional == last.optional:
            last = _Part(last.kind, last.text + part.text, optional=last.optional)
            continue
        if last:
            yield last
        last = part
    if last:
        yield last


def _digits(part: _Part) -> int:
    if part.kind == "text":
        return sum(char.isdigit() for char in part.text)
    return part.low if part.kind in ("year", "digits") else 0


def _regex(parts: Sequence[_Part]) -> str:
    named = any(part.kind == "text" and not part.optional and re.search("[A-Za-z]", part.text) for part in parts)
    pieces: list[str] = []
    for index, part in enumerate(parts):
        if part.kind == "gap":
            continue
        piece = _piece(index, part, named)
        if pieces:
            piece = _GAP + piece
        pieces.append(f"(?:{piece})?" if part.optional else piece)
    # A gap belongs to what follows it; after an optional beginning it must not be wanted before the first piece.
    return r"(?<![^\W_])" + _without_leading_gap(pieces, parts) + r"(?![^\W_])"


def _without_leading_gap(pieces: Sequence[str], parts: Sequence[_Part]) -> str:
    """Join pieces; where the first ones are optional, the gap stands with them and not with the first sure one."""
    solid = [part for part in parts if part.kind != "gap"]
    joined, leading = [], True
    for piece, part in zip(pieces, solid, strict=True):
        body = piece.replace(_GAP, "", 1) if leading else piece
        if leading and part.optional:
            body = body[:-2] + _GAP + ")?"
        leading = leading and part.optional
        joined.append(body)
    return "".join(joined)


def _piece(index: int, part: _Part, named: bool) -> str:
    if part.kind == "text":
        return f"(?P<f{index}>{re.escape(part.text)})"
    if part.kind == "year":
        return f"(?P<f{index}>{_YEAR})"
    if part.kind == "letters":
        return f"(?P<f{index}>[A-Za-z]{{{part.low},{part.high}}})"
    # With a name before it, long numbers may be grouped: "ZAAK-2026-0000 0001 23".
    grouped = named and part.low == part.high >= 6
    digits = rf"[0-9](?:[ .\u00a0]?[0-9]){{{part.low - 1}}}" if grouped else rf"[0-9]{{{part.low},{part.high}}}"
    return f"(?P<f{index}>{digits})"
