"""Markdown in the marks that WhatsApp knows: `*vet*`, `_cursief_`, `- `, `1. `, `> `; links become an address in full.

A text is read once into characters that each know how they are shown (`Opgemaakt`), may be cut anywhere, and is written last.
So a mark is never half, and what only looks like a mark is found when its neighbours are known.

WhatsApp has no way to escape a mark. Meta does not say which invisible characters stop one, and phones differ; therefore a
`*`, `_`, `~` or back-tick that would be taken as a mark is written as a character that looks the same (`LOOKALIKES`).
Source of the marks: WHATSAPP.md, section 11.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

VET, CURSIEF, ADRES, HEEL, KOP = 1, 2, 4, 8, 16
"""How a character is shown. ADRES: never changed, outside every mark. HEEL: belongs to a piece that is better not cut.
KOP: belongs to a heading, which stays with what follows."""
LOOKALIKES = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}

_MARKS = {VET: "*", CURSIEF: "_"}
_RUNS = {bit: re.compile(b"[%s]+" % re.escape(bytes(s for s in range(32) if s & bit))) for bit in _MARKS}
_SCHEMES = ("https", "http")
_INDENT, _DEEPEST = "   ", 4
_markdown = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    .disable(["code", "fence", "html_block", "html_inline", "image", "reference"])
    .enable("table")
)
_BARE_ADDRESS = re.compile(
    r"""(?:https?://|www\.)[^\s<>"`()\[\]]*[^\s<>"`()\[\].,:;!?'*_~]|(?<![\w.+%-])[\w.+%-]+@(?=[^\W_])""", re.IGNORECASE
)
_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ADDRESS = re.compile(
    r"""(?:https?://|www\.)[^\s<>"`]*[^\s<>"`.,:;!?)\]']"""
    r"""|(?<![\w.@/-])(?:[a-z0-9-]+\.)+[a-z]{2,24}/[^\s<>"`]*[^\s<>"`.,:;!?)\]']"""
    r"""|(?<![\w.+%-])[\w.+%-]+@[^\W_](?:[^\W_]|[-.](?=[^\W_]))*""",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Opgemaakt:
    """A text of which each character knows how it is shown. Line ends are `\\n` and are shown no way at all."""

    tekst: str = ""
    stijl: bytes = b""
    """As many as there are characters; sums of VET, CURSIEF, ADRES, HEEL and KOP."""

    def __add__(self, other: Opgemaakt) -> Opgemaakt:
        return Opgemaakt(self.tekst + other.tekst, self.stijl + other.stijl)

    def __getitem__(self, part: slice) -> Opgemaakt:
        return Opgemaakt(self.tekst[part], self.stijl[part])

    def __len__(self) -> int:
        return len(self.tekst)

    def strip(self) -> Opgemaakt:
        """Without white space at both ends."""
        begin = len(self.tekst) - len(self.tekst.lstrip())
        return self[begin : max(begin, len(self.tekst.rstrip()))]

    def costs(self) -> list[int]:
        """Most units that the text up to each place takes when written: one more than there are characters, from 0.

        A piece may take 2 more for each mark that it begins inside.
        """
        opened = (
            _units(char) + 2 * (style & ~before & (VET | CURSIEF)).bit_count()
            for char, style, before in zip(self.tekst, self.stijl, b"\0" + self.stijl, strict=False)
        )
        return list(accumulate(opened, initial=0))


def to_whatsapp(markdown: str) -> str:
    """A Markdown text as WhatsApp shows it. Whatever it does not know of, HTML included, stays visible text."""
    return write(read(markdown))


def read(markdown: str) -> Opgemaakt:
    """A Markdown text; what is no Markdown of ours (code, pictures, HTML) is text like any other."""
    text = _clean(markdown)
    try:
        lines = _lines(SyntaxTreeNode(_markdown.parse(text)).children, 0)
    except RecursionError:
        # Emphasis in emphasis, hundreds deep: no text, but it must not break a conversation either.
        return read_plain(text)
    return _finished(_joined(lines, "\n"))


def read_plain(text: str) -> Opgemaakt:
    """A text that is no Markdown: what an employee or a resident typed. All of it stays, but for a third empty line."""
    lines = [line.rstrip() for line in _clean(text).split("\n")]
    return _finished(_run(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)), 0))


def line_of(label: str) -> str:
    """A text on one line in which nothing is taken as a mark, such as the title of a button."""
    return write(read_plain(one_line(label)))


def one_line(text: str) -> str:
    """A text on one line, with single spaces and nothing that has no place in a message."""
    return " ".join(_clean(text).split())


def units(text: str) -> int:
    """Length of a text for Meta's limits, in UTF-16 units.

    Meta says "characters" and not whether an emoji is one or two of them; counted as two it fits either way.
    """
    return len(text) + sum(char > "\uffff" for char in text)


def may_break(text: str, place: int) -> bool:
    """Whether a text can be cut before `place` without breaking an emoji or a letter with its accents."""
    before, after = text[place - 1 : place], text[place : place + 1]
    if not before or not after:
        return True
    joins = after == "\u200d" or before == "\u200d" or unicodedata.category(after).startswith("M")
    skin_or_tag = "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f"
    return not (joins or skin_or_tag or (_is_flag(before) and _is_flag(after)))


def write(text: Opgemaakt) -> str:
    """The text with WhatsApp's marks, without white space at both ends. What only looks like a mark, is none."""
    text = text.strip()
    written, start = [], 0
    for line in text.tekst.split("\n"):
        written.append(_line(line, text.stijl[start : start + len(line)]))
        start += len(line) + 1
    whole = "\n".join(written)
    # Back-ticks in threes work across lines. No address holds one.
    return whole.replace("`", LOOKALIKES["`"]) if whole.count("`") > 1 else whole


def _units(char: str) -> int:
    return 2 if char > "\uffff" else 1


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


# Reading


def _clean(text: str) -> str:
    text = _LINE_ENDS.sub("\n", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return _UNSEEN.sub("", text)


@lru_cache(maxsize=256)
def _signs_of_addresses(text: str) -> frozenset[int]:
    """Where signs stand that would be marks in Markdown, were they not part of an address."""
    spans = (found.span() for found in _BARE_ADDRESS.finditer(text))
    return frozenset(place for begin, end in spans for place in range(begin + 1, end) if text[place] in "*_")


def _sign_of_address(state: StateInline, silent: bool) -> bool:
    """A rule of markdown-it: a sign in the midst of an address is a letter like any other."""
    if state.src[state.pos] not in "*_" or state.pos not in _signs_of_addresses(state.src):
        return False
    if not silent:
        state.pending += state.src[state.pos]
    state.pos += 1
    return True


_markdown.inline.ruler.before("emphasis", "sign_of_address", _sign_of_address)


def _run(text: str, style: int) -> Opgemaakt:
    return Opgemaakt(text.replace("\t", " "), bytes((style,)) * len(text))


def _joined(parts: Iterable[Opgemaakt], between: str) -> Opgemaakt:
    parts = list(parts)
    styles = (b"\0" * len(between)).join(part.stijl for part in parts)
    return Opgemaakt(between.join(part.tekst for part in parts), styles)


def _finished(text: Opgemaakt) -> Opgemaakt:
    """With addresses and line ends as they are shown."""
    styles = bytearray(text.stijl)
    for found in _ADDRESS.finditer(text.tekst):
        for place in range(*found.span()):
            styles[place] = styles[place] & ~(VET | CURSIEF) | ADRES
    for line_end in re.finditer("\n", text.tekst):
        styles[line_end.start()] = 0
    return Opgemaakt(text.tekst, bytes(styles)).strip()


def _lines(nodes: list[SyntaxTreeNode], depth: int, loose: bool = True) -> list[Opgemaakt]:
    """The lines of blocks, with an empty one between blocks when `loose`."""
    lines: list[Opgemaakt] = []
    for node in nodes:
        block = list(_block(node, depth))
        if block and lines and loose:
            lines.append(Opgemaakt())
        lines += block
    return lines


def _block(node: SyntaxTreeNode, depth: int) -> Iterator[Opgemaakt]:
    if node.type in ("bullet_list", "ordered_list"):
        first = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
        for number, item in enumerate(node.children):
            sign = "- " if first is None else f"{first + number}. "
            yield from _prefixed(_lines(item.children, depth + 1, loose=False), sign, depth)
    elif node.type == "blockquote":
        for line in _lines(node.children, depth):
            # One bar, however many stand in each other.
            is_bare = not line.tekst or line.tekst.startswith("> ")
            yield line if is_bare else _run("> ", HEEL) + line
    elif node.type == "table":
        for row in (row for group in node.children for row in group.children):
            yield _joined((_inline(cell) for cell in row.children), " | ")
    elif node.type != "hr":
        text = _inline(node)
        if node.type == "heading":
            text = Opgemaakt(text.tekst, bytes(style | VET | KOP for style in text.stijl))
        yield from _split(text)


def _prefixed(lines: list[Opgemaakt], sign: str, depth: int) -> Iterator[Opgemaakt]:
    """The lines of an item of a list. Deep down they go no further to the right: a phone is narrow."""
    indent = _INDENT if depth < _DEEPEST else ""
    for number, line in enumerate(lines or [Opgemaakt()]):
        yield _run(indent if number else sign, HEEL) + line


def _split(text: Opgemaakt) -> Iterator[Opgemaakt]:
    start = 0
    for line in text.tekst.split("\n"):
        yield text[start : start + len(line)]
        start += len(line) + 1


def _inline(node: SyntaxTreeNode, style: int = 0) -> Opgemaakt:
    return _joined((_inline_of(child, style) for child in node.children), "")


def _inline_of(node: SyntaxTreeNode, style: int) -> Opgemaakt:
    if node.type in ("text", "code_inline"):
        return _run(node.content.replace("\n", " "), style)
    if node.type in ("softbreak", "hardbreak"):
        return _run(" " if node.type == "softbreak" else "\n", style)
    if node.type == "link":
        return _link(_inline(node, style), str(node.attrs.get("href", "")))
    return _inline(node, style | {"strong": VET, "em": CURSIEF}.get(node.type, 0))


def _link(label: Opgemaakt, href: str) -> Opgemaakt:
    """`tekst: adres`; only one of them when the other adds nothing."""
    scheme, _, rest = href.partition(":")
    scheme = scheme.lower()
    shown = label.tekst.strip()
    if scheme in ("mailto", "tel"):
        address = unquote(rest.partition("?")[0].partition(";")[0])
        # An address that hides something else, such as a line break, is none.
        address = address if re.fullmatch(r"[\w.+%'-]+@[\w.-]+|\+?[\d ()/.-]*\d", address) else ""
        is_said = _holds(shown, address)
    else:
        address = href if scheme in _SCHEMES and rest.startswith("//") else ""
        is_said = False
    if not address or (shown and is_said):
        return label
    target = _run(address, ADRES | HEEL)
    if not shown or _bare(shown) == _bare(address):
        return target
    between = " " if shown[-1] in ".:?!…" else ": "
    kept = label.strip()
    return Opgemaakt(kept.tekst, bytes(style | HEEL for style in kept.stijl)) + _run(between, HEEL) + target


def _holds(shown: str, address: str) -> bool:
    """Whether an e-mail address or phone number can be read in a text; `085 ...` is the same number as `+3185 ...`."""
    if "@" in address:
        return address.casefold() in shown.casefold()
    digits, said = (re.sub(r"\D", "", one) for one in (address, shown))
    national = f"0{digits[2:]}" if re.match(r"\+31|0031", address) else digits
    return digits in said or (len(national) > 1 and national in said)


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", address.casefold())


# Writing


def _line(line: str, styles: bytes) -> str:
    """One line with its marks."""
    groups = [(bit, begin, end) for bit in _MARKS for begin, end in _groups(line, styles, bit)]
    if not groups and not any(mark in line for mark in "*_~"):
        return line
    opens, closes = [""] * (len(line) + 1), [""] * (len(line) + 1)
    # Of two that begin together the longer goes round the other.
    for bit, begin, end in sorted(groups, key=lambda group: (group[1], -group[2], group[0])):
        opens[begin] += _MARKS[bit]
        closes[end] = _MARKS[bit] + closes[end]
    text = _without_strays(line, styles, {_MARKS[bit] for bit, _, _ in groups})
    return "".join(closes[place] + opens[place] + text[place : place + 1] for place in range(len(line) + 1))


def _groups(line: str, styles: bytes, bit: int) -> Iterator[tuple[int, int]]:
    """Where WhatsApp will take a mark round these characters: not inside a word, not next to an address or a mark."""
    for found in _RUNS[bit].finditer(styles):
        begin, end = found.span()
        while begin < end and line[begin].isspace():
            begin += 1
        while begin < end and line[end - 1].isspace():
            end -= 1
        around = [place for place in (begin - 1, end) if 0 <= place < len(line)]
        if begin < end and not any(styles[place] & ADRES or _is_word(line[place]) for place in around):
            yield begin, end


def _is_word(char: str) -> bool:
    return char.isalnum() or char in LOOKALIKES or char == "\u200d" or unicodedata.category(char).startswith("M")


def _without_strays(line: str, styles: bytes, own: set[str]) -> str:
    """The line with lookalikes for what WhatsApp would take as marks of its own, or as the end of one of ours."""
    text = list(line)
    for mark in "*_~":
        places = [place for place, char in enumerate(line) if char == mark]
        begins = [place for place in places if _may_begin(line, place)]
        ends = [place for place in places if _may_end(line, place)]
        if mark in own:
            strays = places
        elif own or (begins and ends and begins[0] < ends[-1]):
            strays = [*begins, *ends]
        else:
            strays = []
        for place in strays:
            if not styles[place] & ADRES:
                text[place] = LOOKALIKES[mark]
    return "".join(text)


def _may_begin(line: str, place: int) -> bool:
    before, after = line[max(place - 1, 0) : place], line[place + 1 : place + 2]
    return not _in_word(before) and bool(after) and not after.isspace()


def _may_end(line: str, place: int) -> bool:
    before, after = line[max(place - 1, 0) : place], line[place + 1 : place + 2]
    return bool(before) and not before.isspace() and not _in_word(after)


def _in_word(char: str) -> bool:
    # What every phone takes as a letter; of others it is not known.
    return char.isascii() and char.isalnum()
