"""Reading XML from outside: no document type, so no entities of any kind, and no more than a feed can need.

Expat with every document type refused at its first line: external entities (XXE) and entities that grow ("billion
laughs", quadratic blow-up) need one. Nothing is fetched: Expat itself opens no address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from bot.errors import ContentError

LARGEST = 20_000_000
"""Bytes of a feed; 800 products are one megabyte."""
MOST_ELEMENTS = 500_000
DEEPEST = 32
"""Elements within elements; Samenwerkende Catalogi needs five."""
MOST_ATTRIBUTES = 40
"""On one element."""

_REASONS = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "het bestand is leeg",
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: "een element wordt niet op zijn plaats afgesloten",
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "een onbekende verwijzing (&...;)",
    expat.errors.codes[expat.errors.XML_ERROR_UNBOUND_PREFIX]: "een voorvoegsel zonder naamruimte",
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]: "een onbekende codering van tekens",
    expat.errors.codes[
        expat.errors.XML_ERROR_INVALID_TOKEN
    ]: "een teken dat hier niet kan staan, of een verkeerde codering",
}


@dataclass
class Element:
    """One element of a document."""

    name: str
    """`namespace local`, with a space between; only the local name when it is in no namespace."""
    attributes: Mapping[str, str]
    line: int
    """On which it begins."""
    text: str = ""
    """The text directly in it, without what is around it."""
    children: list[Element] = field(default_factory=list)

    def find(self, *names: str) -> Element | None:
        """The first element on a path of names below this one."""
        found: Element | None = self
        for name in names:
            found = next((child for child in found.children if child.name == name), None) if found else None
        return found

    def every(self, name: str) -> Iterator[Element]:
        """All children with a name."""
        return (child for child in self.children if child.name == name)


def parse_xml(data: bytes, where: str) -> Element:
    """The document's element.

    Raises:
        ContentError: with the line; for what is no XML, has a document type, or is larger than a feed can be.
    """
    if len(data) > LARGEST:
        raise ContentError(where, f"het bestand is groter dan {LARGEST // 1_000_000} MB")
    return _Reader(where).read(data)


class _Reader:
    """Builds the elements while Expat reads."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self._root: Element | None = None
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, data: bytes) -> Element:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = _REASONS.get(error.code, expat.ErrorString(error.code))
            raise ContentError(f"{self._where} regel {error.lineno}", f"geen geldige XML ({reason})") from error
        except (LookupError, ValueError) as error:
            # An encoding that Python does not know, or that is not one byte a character.
            raise ContentError(
                f"{self._where} regel 1", "geen geldige XML (een onbekende codering van tekens)"
            ) from error
        assert self._root is not None, "Expat refuses a document without an element"
        return self._root

    def _refuse(self, problem: str) -> ContentError:
        return ContentError(f"{self._where} regel {self._parser.CurrentLineNumber}", problem)

    def _doctype(self, *_: object) -> None:
        raise self._refuse("een documenttype (DOCTYPE) wordt niet gelezen")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise self._refuse(f"het bestand heeft meer dan {MOST_ELEMENTS} elementen")
        if len(self._open) >= DEEPEST:
            raise self._refuse(f"elementen staan meer dan {DEEPEST} diep in elkaar")
        if len(attributes) > MOST_ATTRIBUTES:
            raise self._refuse(f"een element heeft meer dan {MOST_ATTRIBUTES} attributen")
        element = Element(name, attributes, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()

    def _characters(self, text: str) -> None:
        self._texts[-1].append(text)
