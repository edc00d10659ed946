"""Product files in a zip: `<thema>/<id>.md`, as they stand in the central library."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

import yaml

from bot.catalog.exchange.build import check_thema, read_text, unfit_character
from bot.catalog.exchange.values import KORT, Candidate, Reading, Refusal, part_of
from bot.catalog.product import ASPECTS, SAFE_LOADER
from bot.errors import ContentError

LARGEST_ZIP = 20_000_000
"""Bytes of a zip; a library of 800 products is one megabyte."""
LARGEST_FILE = 200_000
"""Bytes of one product file; the longest of ours has five thousand."""
LARGEST_TOTAL = 50_000_000
"""Bytes of all files together, unpacked."""
MOST_FILES = 5_000

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Of every file that we pack: the same texts give the same zip."""
_LEFT_BY_SYSTEMS = re.compile(r"(?:^|/)(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$", re.IGNORECASE)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_ENTRY = b"PK\x01\x02"
"""How each file begins in the list of a zip."""
_ANCHOR = re.compile(r"(?:^|[\s,\[{:])&\S", re.MULTILINE)
"""Where YAML may give something a name that an alias repeats."""
_HEADINGS = {f"## {heading}".lower(): key for key, heading in ASPECTS.items()}


def write_zip(texts: Iterable[tuple[str, str, str]]) -> bytes:
    """A zip of product files.

    Args:
        texts: (theme, id, text of the product file) of each product.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for thema, product_id, text in sorted(texts):
            info = zipfile.ZipInfo(f"{thema}/{product_id}.md", _MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, text)
    return packed.getvalue()


def read_zip(data: bytes, where: str) -> Reading:
    """The product files of a zip; nothing is unpacked to disk.

    Files may stand in one folder more (`products/<thema>/<id>.md`), as when a folder itself was packed.

    Raises:
        ContentError: when it is no zip, or larger than a library can be.
    """
    if len(data) > LARGEST_ZIP:
        raise ContentError(where, f"de zip is groter dan {LARGEST_ZIP // 1_000_000} MB")
    if data.count(_ENTRY) > MOST_FILES:
        # Counted before the list itself is read, which takes ten times as much room as the zip.
        raise ContentError(where, f"de zip bevat meer dan {MOST_FILES} bestanden")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise ContentError(where, "dit is geen zip die gelezen kan worden") from error
    with archive:
        entries = [
            info for info in archive.infolist() if not info.is_dir() and not _LEFT_BY_SYSTEMS.search(info.filename)
        ]
        if not entries:
            raise ContentError(where, "de zip bevat geen bestanden")
        return _read_entries(archive, entries, where)


def read_file(data: bytes, thema: str, product_id: str, where: str) -> Candidate:
    """One product file. Raises ContentError, with the line where that is known."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ContentError(f"{where} regel {line}", "het bestand is geen UTF-8") from error
    text = text.replace("\r\n", "\n")
    for number, line_text in enumerate(text.split("\n"), start=1):
        found = unfit_character(line_text)
        if found:
            raise ContentError(f"{where} regel {number}", f"het teken {found} kan niet in een tekst")
    places = _places(text)
    _refuse_aliases(text, where)
    try:
        product = read_text(text, thema, where)
    except ContentError as error:
        if error.where != where:
            raise
        raise ContentError(where + places.get(part_of(error.problem), ""), error.problem) from error
    if product.id != product_id:
        raise ContentError(
            where + places.get("id", ""), f'veld id: is "{product.id}", maar het bestand heet {product_id}.md'
        )
    return Candidate(where, product, places, text)


def _read_entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], where: str) -> Reading:
    candidates: list[Candidate] = []
    refusals: list[Refusal] = []
    times = Counter(info.filename for info in entries)
    total = 0
    for info in entries:
        place = f"{where}/{_shown(info.filename)}"
        if times[info.filename] > 1:
            refusals.append(Refusal(place, "dit bestand staat twee keer in de zip"))
            continue
        try:
            thema, product_id = _address(info, place)
            data = _contents(archive, info, place)
            total += len(data)
            if total > LARGEST_TOTAL:
                raise _TooLarge
            candidates.append(read_file(data, thema, product_id, place))
        except _TooLarge:
            raise ContentError(
                where, f"de bestanden zijn uitgepakt samen groter dan {LARGEST_TOTAL // 1_000_000} MB"
            ) from None
        except ContentError as error:
            refusals.append(Refusal(error.where, error.problem))
    return Reading(tuple(candidates), tuple(refusals))


class _TooLarge(Exception):
    """All files together are more than a library can be."""


def _address(info: zipfile.ZipInfo, place: str) -> tuple[str, str]:
    """Theme and id from the path of a file. Raises ContentError."""
    name = info.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or ":" in name:
        raise ContentError(place, "dit pad wijst buiten de zip")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ContentError(place, "dit is een verwijzing naar een ander bestand")
    if path.suffix != ".md" or len(path.parts) not in (2, 3):
        raise ContentError(place, "dit is geen productbestand (<thema>/<id>.md)")
    thema = path.parts[-2]
    check_thema(thema, place)
    return thema, path.stem


def _contents(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> bytes:
    """The bytes of a file, and never more than one may have. Raises ContentError."""
    if info.flag_bits & _ENCRYPTED:
        raise ContentError(place, "dit bestand is versleuteld")
    if info.compress_type not in _METHODS:
        raise ContentError(place, "dit bestand is ingepakt op een manier die niet wordt gelezen")
    try:
        with archive.open(info) as file:
            # What the zip itself says of the size is not to be trusted.
            data = file.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise ContentError(place, "dit bestand is beschadigd") from error
    if len(data) > LARGEST_FILE:
        raise ContentError(place, f"dit bestand is uitgepakt groter dan {LARGEST_FILE // 1000} kB")
    return data


def _shown(name: str) -> str:
    """A file name as it can stand in a report."""
    return re.sub(r"[^\w./ ()+-]", "?", name)[:200]


def _head(text: str) -> list[str]:
    """The lines of the front matter; empty when there is none."""
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.strip() == "---"][:2]
    return lines[1 : ends[1]] if len(ends) == 2 and ends[0] == 0 else []


def _refuse_aliases(text: str, where: str) -> None:
    """Raises ContentError for an alias in the front matter: with those a small file can grow without end."""
    head = "\n".join(_head(text))
    if not _ANCHOR.search(head):
        # An alias without an anchor is an error by itself.
        return
    try:
        for event in yaml.parse(head, Loader=SAFE_LOADER):
            if isinstance(event, yaml.AliasEvent):
                line = f" regel {event.start_mark.line + 2}" if event.start_mark else ""
                raise ContentError(where + line, "de kop verwijst naar zichzelf (* en & van YAML)")
    except yaml.YAMLError:
        # Reading the file itself says what is wrong, and where.
        return


def _places(text: str) -> dict[str, str]:
    """Part → the line on which it begins."""
    places: dict[str, str] = {}
    head = _head(text)
    for number, line in enumerate(head, start=2):
        field = re.match(r"[a-z_]+(?=:)", line)
        if field:
            places.setdefault(field.group(), f" regel {number}")
    places[KORT] = f" regel {len(head) + 3}"
    for number, line in enumerate(text.split("\n"), start=1):
        key = _HEADINGS.get(line.strip().lower())
        if key:
            places.setdefault(key, f" regel {number}")
    return places
