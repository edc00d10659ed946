"""What can be wrong with product texts, found before a resident finds it.

Errors keep a text from being published; warnings are hints for the editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from bot.catalog.gemeente import Gemeenten
from bot.catalog.library import ProductFile
from bot.catalog.product import ASPECTS, Product
from bot.catalog.readability import LASTIG, flesch_douma
from bot.catalog.render import GROUPS, placeholders, stray_braces, waarden

KORT_MAXIMUM = 400
"""Characters of a short answer: it must fit in one message on a phone (placeholders counted as 10)."""
ASPECT_MAXIMUM = 2500

_ALLOWED = frozenset(
    [
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "softbreak",
        "hardbreak",
        "bullet_list_open",
        "bullet_list_close",
        "ordered_list_open",
        "ordered_list_close",
        "list_item_open",
        "list_item_close",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
        "link_open",
        "link_close",
    ]
)
_EURO = re.compile(r"€|\beuro\b|\bEUR\b", re.IGNORECASE)
_DATED = re.compile(
    r"\b(?:dit|volgend|vorig) jaar\b|\b(?:per|vanaf) \d{1,2} \w+ 20\d\d\b|\b(?:in|sinds) 20[12]\d\b|\bbinnenkort\b",
    re.IGNORECASE,
)
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Problem:
    """Something wrong with a text."""

    where: str
    text: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{'fout' if self.is_error else 'let op'}  {self.where}: {self.text}"


def lint(files: Sequence[ProductFile], gemeenten: Gemeenten, root: str = "products") -> list[Problem]:
    """All problems of a library, for all municipalities; errors first, then by place."""
    products = {file.product.id: file for file in files}
    values = {gemeente: waarden(gemeenten[gemeente], gemeenten.landelijk) for gemeente in gemeenten.ids}
    problems: list[Problem] = []
    for file in files:
        where = _short(file.path, root)
        problems += _placeholders(file.product, where, values)
        problems += _structure(file.product, where, set(products))
        problems += _language(file.product, where)
    problems += _twice(files, root)
    return sorted(problems, key=lambda problem: (not problem.is_error, problem.where))


def _placeholders(product: Product, where: str, values: dict[str, dict[str, dict[str, str]]]) -> Iterator[Problem]:
    for part, text in _parts(product):
        for stray in stray_braces(text):
            yield Problem(where, f"{part}: tussen accolades mag alleen {{{{ groep.sleutel }}}} staan, niet {stray!r}")
        for field in dict.fromkeys(placeholders(text)):
            if field.groep not in GROUPS:
                yield Problem(where, f'{part}: groep "{field.groep}" bestaat niet; kies uit {", ".join(GROUPS)}')
                continue
            missing = [gemeente for gemeente, known in values.items() if field.sleutel not in known[field.groep]]
            if missing:
                yield Problem(where, f"{part}: {{{{ {field} }}}} heeft geen waarde voor {', '.join(missing)}")


def _structure(product: Product, where: str, ids: set[str]) -> Iterator[Problem]:
    kop = product.kop
    if kop.boven is not None and kop.boven not in ids:
        # A library may be written in parts; the assistant does without.
        yield Problem(where, f'veld boven: product "{kop.boven}" staat niet in de bibliotheek', is_error=False)
    if kop.boven == kop.id:
        yield Problem(where, "veld boven: een product staat niet boven zichzelf")
    if kop.regelen.soort == "doorverwijzing" and not kop.regelen.url:
        yield Problem(where, "veld regelen: een doorverwijzing heeft een url nodig")
    for url in [*kop.bronnen, *([kop.regelen.url] if kop.regelen.url else [])]:
        if urlsplit(url).scheme != "https" or not urlsplit(url).netloc:
            yield Problem(where, f"{url} is geen https-adres")
    if not kop.bronnen:
        yield Problem(where, "veld bronnen: noem minstens één bron")
    for name, items in (("synoniemen", kop.synoniemen), ("vragen", kop.vragen)):
        double = [item for item, count in _counted(items) if count > 1]
        if double:
            yield Problem(where, f"veld {name}: {double[0]!r} staat er twee keer")
    if len(kop.vragen) < 3:
        yield Problem(where, "veld vragen: geef minstens drie voorbeeldvragen", is_error=False)
    for part, text in _parts(product):
        yield from _markup(text, f"{part}", where)


def _markup(text: str, part: str, where: str) -> Iterator[Problem]:
    blocks = _markdown.parse(text)
    inline = [child for block in blocks for child in block.children or ()]
    for kind in dict.fromkeys(token.type for token in (*blocks, *inline)):
        if kind not in _ALLOWED:
            yield Problem(where, f"{part}: {_markup_name(kind)} kan niet in een antwoord")
    # Searched in the text itself: markdown-it leaves a link with a dangerous scheme out of its tokens.
    for href in re.findall(r"\]\(([^)]*)\)", text):
        if not _is_safe_link(href.strip()):
            yield Problem(where, f"{part}: de link {href} is geen https-adres")
    if re.search(r"<[a-z/!][^>]*>", text, re.IGNORECASE):
        yield Problem(where, f"{part}: HTML kan niet in een antwoord")


def _is_safe_link(href: str) -> bool:
    return urlsplit(href).scheme in ("https", "tel", "mailto") or href.startswith("{{")


def _markup_name(kind: str) -> str:
    names = {
        "heading_open": "een kop",
        "image": "een plaatje",
        "fence": "een codeblok",
        "code_block": "een ingesprongen blok",
        "code_inline": "code",
        "hr": "een streep",
        "blockquote_open": "een citaat",
    }
    return names.get(kind, f"opmaak ({kind})")


def _language(product: Product, where: str) -> Iterator[Problem]:
    length = len(re.sub(r"\{\{.*?\}\}", "0123456789", product.kort))
    if length > KORT_MAXIMUM:
        yield Problem(where, f"kort antwoord: {length} tekens; hoogstens {KORT_MAXIMUM}")
    for part, text in _parts(product):
        if _EURO.search(text):
            yield Problem(where, f"{part}: een bedrag hoort in gemeenten/*.yml, met een invulveld")
        dated = _DATED.search(text)
        if dated:
            yield Problem(where, f'{part}: "{dated.group()}" veroudert; schrijf het zonder datum')
        if part != "kort" and len(text) > ASPECT_MAXIMUM:
            yield Problem(where, f"{part}: {len(text)} tekens; hoogstens {ASPECT_MAXIMUM}", is_error=False)
    score = score_of(product)
    if score is not None and score < LASTIG:
        yield Problem(
            where, f"leest moeilijk (Flesch-Douma {score:.0f}; streef naar {LASTIG:.0f} of meer)", is_error=False
        )


def _twice(files: Sequence[ProductFile], root: str) -> Iterator[Problem]:
    """Example questions, short answers and ids that two products claim."""
    seen_question: dict[str, ProductFile] = {}
    seen_short: dict[str, ProductFile] = {}
    seen_id: dict[str, ProductFile] = {}
    for file in files:
        where, product = _short(file.path, root), file.product
        if product.id in seen_id:
            yield Problem(where, f"id {product.id} staat ook in {_short(seen_id[product.id].path, root)}")
        seen_id.setdefault(product.id, file)
        for vraag in product.kop.vragen:
            key = re.sub(r"\W+", " ", vraag.lower()).strip()
            other = seen_question.setdefault(key, file)
            if other.product.id != product.id:
                yield Problem(where, f"de voorbeeldvraag {vraag!r} staat ook bij {other.product.id}")
        other = seen_short.setdefault(product.kort, file)
        if other.product.id != product.id:
            yield Problem(where, f"het korte antwoord is gelijk aan dat van {other.product.id}")


def score_of(product: Product) -> float | None:
    """Flesch-Douma over the whole text of a product; None when there is too little to judge."""
    return flesch_douma("\n\n".join(text for _, text in _parts(product)))


def _parts(product: Product) -> Iterator[tuple[str, str]]:
    yield "kort", product.kort
    for key, text in product.aspecten.items():
        yield ASPECTS[key], text


def _counted(items: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.lower()] = counts.get(item.lower(), 0) + 1
    return list(counts.items())


def _short(path: Path, root: str) -> str:
    """The path from the library's folder on, as people know it."""
    return (Path(Path(root).name) / path.parent.name / path.name).as_posix()
