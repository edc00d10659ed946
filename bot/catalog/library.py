"""The central library: the folder `products/<thema>/<id>.md`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.catalog.product import Product, parse_product
from bot.errors import ContentError


@dataclass(frozen=True)
class ProductFile:
    """A product as it stands in the library, with the text of its file."""

    path: Path
    product: Product
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_library(folder: Path) -> Iterator[ProductFile]:
    """All product files of a folder, sorted by theme and id.

    Raises:
        ContentError: for the first file that cannot be used, or when the folder holds none.
    """
    found = False
    for path in sorted(folder.glob("*/*.md")):
        found = True
        yield read_product_file(path)
    if not found:
        raise ContentError(str(folder), "hier staat geen enkel productbestand (<thema>/<id>.md)")


def read_product_file(path: Path) -> ProductFile:
    """Read one product file; its folder is its theme.

    Raises ContentError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(str(path), "het bestand is geen UTF-8") from error
    except OSError as error:
        raise ContentError(str(path), f"het bestand is niet te lezen ({error.strerror})") from error
    product = parse_product(text, thema=path.parent.name, where=str(path))
    if product.id != path.stem:
        raise ContentError(str(path), f'veld id: is "{product.id}", maar het bestand heet {path.name}')
    return ProductFile(path, product, text)
