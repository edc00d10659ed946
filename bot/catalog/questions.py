"""Ways to ask: the question library `data/vragen/<thema>.yml` and the examples in product texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.catalog.product import ASPECTS, CONTACT, SAFE_LOADER, Product
from bot.errors import ContentError

STIJLEN = ("gewoon", "kort", "situatie", "echt", "typfout", "vlaams", "anders")
"""Voices in which questions are written; `echt` are details, exceptions and trouble."""

ASPECT_IDS = (*ASPECTS, CONTACT)

Bron = Literal["bibliotheek", "product", "vorm"]

BUITEN_SCOPE = "buiten_scope.yml"
VORMEN = "vormen.yml"
APART = "apart"
"""Folder of the held-apart part: written by others, never trained on."""


@dataclass(frozen=True, slots=True)
class Voorbeeld:
    """One way to ask for a product."""

    vraag: str
    product: str
    aspect: str | None = None
    stijl: str = "gewoon"
    bron: Bron = "bibliotheek"
    """Where it stands: in the library, in a product file (where no aspects are marked), or made of a name and a form."""


@dataclass(frozen=True)
class Vorm:
    """A plain form to ask in, with `{naam}` where the name comes."""

    vorm: str
    aspect: str | None


def read_questions(folder: Path) -> Iterator[Voorbeeld]:
    """All questions of a folder's theme files. An absent or empty folder gives none.

    Raises:
        ContentError: naming file, product and question that cannot be used.
    """
    for path in sorted(folder.glob("*.yml")):
        if path.name in (BUITEN_SCOPE, VORMEN):
            continue
        raw = _load(path)
        if not isinstance(raw, dict):
            raise ContentError(str(path), "het bestand moet bestaan uit product-id's met per stijl een lijst vragen")
        for product, by_style in raw.items():
            if not isinstance(by_style, dict):
                raise ContentError(f"{path} {product}", "verwacht per stijl een lijst vragen")
            for stijl, items in by_style.items():
                if stijl not in STIJLEN:
                    raise ContentError(
                        f"{path} {product}", f'stijl "{stijl}" bestaat niet; kies uit {", ".join(STIJLEN)}'
                    )
                for item in items or ():
                    yield _voorbeeld(item, str(product), stijl, path)


def examples_of(products: Iterable[Product]) -> list[Voorbeeld]:
    """The examples that editors see: name, synonyms and example questions of each product."""
    return [
        Voorbeeld(vraag, product.id, bron="product")
        for product in products
        for vraag in (product.kop.naam, *product.kop.synoniemen, *product.kop.vragen)
    ]


def read_out_of_scope(folder: Path) -> list[tuple[str, str]]:
    """(message, kind) pairs that no product answers.

    Raises ContentError.
    """
    path = folder / BUITEN_SCOPE
    if not path.exists():
        return []
    raw = _load(path)
    if not isinstance(raw, dict):
        raise ContentError(str(path), "verwacht per soort een lijst berichten")
    return [(str(text), str(kind)) for kind, texts in raw.items() for text in texts or ()]


def read_forms(folder: Path) -> dict[str, list[Vorm]]:
    """The plain forms of `vormen.yml`, per purpose (`leren`, `ijken`); none when there is no such file.

    Raises ContentError.
    """
    path = folder / VORMEN
    if not path.exists():
        return {}
    raw = _load(path)
    try:
        forms = {str(doel): [Vorm(**item) for item in items] for doel, items in raw.items()}
    except (AttributeError, TypeError) as error:
        raise ContentError(str(path), "verwacht per doel een lijst van {vorm: ..., aspect: ...}") from error
    for vorm in (vorm for group in forms.values() for vorm in group):
        if "{naam}" not in vorm.vorm or (vorm.aspect is not None and vorm.aspect not in ASPECT_IDS):
            raise ContentError(str(path), f"een vorm heeft {{naam}} en een bestaand aspect; niet {vorm}")
    return forms


def questions_digest(folder: Path, extension: str = "yml") -> str:
    """SHA-256 over the files of a library, so that training knows when it changed."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob(f"**/*.{extension}")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" regel {mark.line + 1}" if mark else ""
        raise ContentError(f"{path}{line}", "geen geldige YAML") from error


def _voorbeeld(item: Any, product: str, stijl: str, path: Path) -> Voorbeeld:
    if isinstance(item, str):
        return Voorbeeld(item, product, None, stijl)
    if isinstance(item, dict) and set(item) == {"vraag", "aspect"}:
        if item["aspect"] not in ASPECT_IDS:
            raise ContentError(
                f"{path} {product}", f'aspect "{item["aspect"]}" bestaat niet; kies uit {", ".join(ASPECT_IDS)}'
            )
        return Voorbeeld(str(item["vraag"]), product, item["aspect"], stijl)
    raise ContentError(f"{path} {product}", f"een vraag is een tekst, of {{vraag: ..., aspect: ...}}; niet {item!r}")
