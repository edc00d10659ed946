"""A product file as fields, and together again without losing anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.library import read_library
from bot.catalog.product import ASPECTS, parse_product
from bot.errors import ContentError
from bot.redactie import sjabloon
from bot.redactie.fields import Velden, from_form, join, split, with_example, with_synonym
from bot.redactie.values import RedactieError
from tests.redactie.room import NU, file

LIBRARY = list(read_library(Path("products")))


def test_every_product_of_the_library_stays_the_same() -> None:
    assert len(LIBRARY) == 764
    for one in LIBRARY:
        again = join(split(one.text))
        assert parse_product(again, one.product.thema, "opnieuw") == one.product, one.path
        assert split(again) == split(one.text), one.path


def test_nearly_every_file_stays_the_same_to_the_letter() -> None:
    changed = [one.path.name for one in LIBRARY if join(split(one.text)) != one.text]
    assert changed == ["gewond-dier.md"]  # its telephone number has another kind of quotes


def test_a_form_that_was_not_touched_changes_nothing() -> None:
    for one in LIBRARY:
        velden = split(one.text)
        form = {
            name: getattr(velden, name)
            for name in ("naam", "doelgroep", "boven", "soort", "url", "telefoon", "herzien")
        }
        form |= {name: "\r\n".join(getattr(velden, name)) for name in ("upl", "synoniemen", "vragen", "bronnen")}
        form |= {f"aspect.{key}": velden.aspecten.get(key, "").replace("\n", "\r\n") for key in ASPECTS}
        form |= {"kort": velden.kort.replace("\n", "\r\n"), "gevoelig": "ja" if velden.gevoelig else ""}
        assert from_form(form, velden) == velden, one.path


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)
LINE = WORDS.map(lambda text: " ".join(text.split()))
BLOCK = st.lists(
    st.one_of(LINE, st.sampled_from(["", "---", "# Kop", "## Iets", "## Kosten", "- punt", "  ingesprongen"])),
    max_size=6,
).map(lambda lines: "\n".join(lines).strip())
VELDEN = st.builds(
    Velden,
    id=LINE,
    naam=LINE,
    doelgroep=LINE,
    boven=LINE,
    herzien=st.one_of(LINE, st.dates().map(str)),
    soort=LINE,
    url=LINE,
    telefoon=LINE,
    gevoelig=st.booleans(),
    upl=st.lists(LINE.filter(bool), max_size=3).map(tuple),
    synoniemen=st.lists(LINE.filter(bool), max_size=3).map(tuple),
    vragen=st.lists(LINE.filter(bool), max_size=3).map(tuple),
    bronnen=st.lists(LINE.filter(bool), max_size=3).map(tuple),
    kort=BLOCK,
    aspecten=st.dictionaries(st.sampled_from(list(ASPECTS)), BLOCK.filter(bool)),
)


@settings(max_examples=300, deadline=None)
@given(VELDEN)
def test_whatever_an_editor_types_is_read_back(velden: Velden) -> None:
    back = split(join(velden))

    # A line that would pass for the heading of another section gets Markdown's backslash; no letter goes.
    def bare(text: str) -> str:
        return text.replace("\\## ", "## ")

    assert replace(back, kort="", aspecten={}) == replace(velden, kort="", aspecten={})
    assert bare(back.kort) == bare(velden.kort)
    assert {key: bare(text) for key, text in back.aspecten.items()} == {
        key: bare(text) for key, text in velden.aspecten.items()
    }
    assert split(join(back)) == back


def test_unknown_fields_and_headings_are_kept() -> None:
    text = (
        file()
        .text.replace("herzien:", "eigen_veld: [1, 2]\nherzien:")
        .replace("## Kosten", "## Onbekend\nx\n\n## Kosten")
    )
    text += "\n## Kosten\nnog eens\n"
    again = join(split(text))
    assert "eigen_veld:" in again and "## Onbekend" in again and "nog eens" in again
    with pytest.raises(ContentError):
        parse_product(again, "burgerzaken", "x")


@pytest.mark.parametrize(
    "text", ["", "geen kop", "---\nid: x\n", "---\n: [\n---\n", "---\n- lijst\n---\n", "---\n2026-13-01\n---"]
)
def test_what_has_no_front_matter_cannot_be_split(text: str) -> None:
    with pytest.raises(ContentError):
        split(text)


def test_a_field_that_the_form_does_not_hold_stays() -> None:
    velden = split(file(synoniemen=["pas"]).text)
    changed = from_form({"aspect.kosten": "", "aspect.meenemen": "Een pasfoto.", "naam": " Nieuwe \n naam "}, velden)
    assert changed.naam == "Nieuwe naam" and changed.synoniemen == ("pas",)
    assert changed.aspecten == {"meenemen": "Een pasfoto."}


def test_one_example_or_synonym_more() -> None:
    text = with_example(file().text, "  waar  haal ik een pas ")
    assert split(text).vragen == ("waar haal ik een pas",)
    assert with_example(text, "Waar haal ik een pas") == text == with_example(text, " ")
    assert split(with_synonym(text, "reispas")).synoniemen == ("reispas",)


def test_the_template_asks_for_every_part_and_says_what_is_left() -> None:
    text = sjabloon.new_text("nieuw-loket", "Nieuw: loket", "beide", "bellen", NU.date())
    velden = split(text)
    assert (velden.naam, velden.soort, set(velden.aspecten)) == ("Nieuw: loket", "bellen", set(ASPECTS))
    assert len(sjabloon.remains(text)) == 1 + len(ASPECTS)
    assert sjabloon.remains("[Vul in: nog niet af") and not sjabloon.remains("Vul in wat u weet.")
    with pytest.raises(RedactieError):
        sjabloon.new_text("x" * 81, "Naam", "beide", "bellen", NU.date())


@pytest.mark.parametrize(
    ("naam", "expected"),
    [("Café openen!", "cafe-openen"), ("  Wmo: hulp ", "wmo-hulp"), ("???", ""), ("a" * 90, "a" * 80)],
)
def test_an_id_for_a_name(naam: str, expected: str) -> None:
    assert sjabloon.slug(naam) == expected
