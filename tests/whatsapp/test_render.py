"""What goes out: every body within Meta's limits for any text and any choices, no word lost, choices that can be taken."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.library import read_product_file
from bot.sandbox.whatsapp_rules import Sending, read_request
from bot.search.decision import Keuze, _choice
from bot.settings import ROOT
from bot.whatsapp.markup import LOOKALIKES, one_line
from bot.whatsapp.render import Document, Gerenderd, Plaats, Uitgaand, choice_of, render, woorden
from tests.whatsapp.test_markup import taken

BACK = str.maketrans({look: mark for mark, look in LOOKALIKES.items()})
MEER = woorden()["meer"]
MEER_TYPEN = "Typ *meer* voor de rest."
SENTENCE = "Dit is een zin van veertig tekens, echt. "


def length(text: str) -> int:
    """UTF-16 units: as many as a phone or a server can make of it."""
    return len(text.encode("utf-16-le")) // 2


def text_of(body: dict[str, Any]) -> str:
    return body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"]  # type: ignore[no-any-return]


def texts(found: Gerenderd) -> list[str]:
    return [text_of(body) for body in found.lijven if body["type"] in ("text", "interactive")]


def buttons(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["reply"]["id"], one["reply"]["title"]) for one in body["interactive"]["action"]["buttons"]]


def rows(body: dict[str, Any]) -> list[dict[str, str]]:
    (section,) = body["interactive"]["action"]["sections"]
    return section["rows"]  # type: ignore[no-any-return]


def check(found: Gerenderd) -> None:
    """The table of section 7 of the facts, and what the imitation of Meta says of it."""
    spoken = [body for body in found.lijven if body["type"] in ("text", "interactive")]
    assert len(spoken) <= 3
    for body in found.lijven:
        sent = read_request({"messaging_product": "whatsapp", "to": "+31600000001", **body}, "31")
        assert isinstance(sent, Sending)
        if body["type"] == "text":
            assert body["text"]["preview_url"] is False
            assert 1 <= length(body["text"]["body"]) <= 4096
        elif body["type"] == "interactive":
            assert body is spoken[-1]
            check_choices(body, found)


def check_choices(body: dict[str, Any], found: Gerenderd) -> None:
    content = body["interactive"]
    if content["type"] == "button":
        assert length(content["body"]["text"]) <= 1024
        given_ids, titles = zip(*buttons(body), strict=True)
        assert len(titles) <= 3 and all(1 <= length(title) <= 20 for title in titles)
        assert all(len(id) <= 256 for id in given_ids)
    else:
        assert length(content["body"]["text"]) <= 4096
        assert 1 <= length(content["action"]["button"]) <= 20
        given_ids, titles = zip(*((row["id"], row["title"]) for row in rows(body)), strict=True)
        assert len(titles) <= 10 and all(1 <= length(title) <= 24 for title in titles)
        assert all(1 <= length(row.get("description", "x")) <= 72 for row in rows(body))
        assert all(len(id) <= 200 for id in given_ids)
    assert len(set(titles)) == len(titles) and len(set(given_ids)) == len(given_ids)
    for id, title in zip(given_ids, titles, strict=True):
        assert "\n" not in title and taken(title) == []
        _, index = choice_of(id) or ("", -1)
        whole = one_line(found.keuzes[index])
        shown = title.translate(BACK)
        assert shown == whole.translate(BACK) or "…" in shown


def all_batches(message: Uitgaand) -> Iterator[Gerenderd]:
    """The message and what comes after each "meer"."""
    found = render(message)
    for _ in range(500):
        yield found
        if found.meer is None:
            return
        assert found.keuzes == (*message.keuzes, MEER)
        found = render(Uitgaand(**{**vars(message), "vanaf": found.meer}))
    raise AssertionError("meer never ends")


def said(batches: Sequence[Gerenderd]) -> list[str]:
    """The texts, without the words about "meer"."""
    found = []
    for batch in batches:
        parts = texts(batch)
        if batch.meer is not None:
            assert parts[-1].endswith(f"\n\n{MEER_TYPEN}") or parts[-1] == MEER_TYPEN
            parts[-1] = parts[-1][: -len(MEER_TYPEN)].rstrip()
        found += parts
    return found


# Text


def test_a_short_answer_is_one_message() -> None:
    found = render(Uitgaand("**Paspoort**\n\nEen paspoort kost [€ 83](https://a.example).", sleutel="k:17"))
    body = "*Paspoort*\n\nEen paspoort kost € 83: https://a.example."
    assert found == Gerenderd(({"type": "text", "text": {"preview_url": False, "body": body}},), None, ())


def test_a_plain_text_is_no_markdown() -> None:
    (body,) = render(Uitgaand("# 1\n**let op** [x](https://a.example)\n\n1) ja", platte_tekst=True)).lijven
    assert text_of(body).translate(BACK) == "# 1\n**let op** [x](https://a.example)\n\n1) ja"
    assert taken(text_of(body)) == []


def test_nothing_to_say_is_no_message() -> None:
    for text in ("", " \n ", "---", "\u200b\u2060\ufeff"):
        assert render(Uitgaand(text)) == Gerenderd((), None, ())


def test_4096_characters_are_one_message_and_one_more_are_two() -> None:
    whole = "a" * 2000 + " " + "b" * 2095
    assert texts(render(Uitgaand(whole))) == [whole]
    assert texts(render(Uitgaand(whole + "b"))) == ["a" * 2000, "b" * 2096]
    emoji = "👍" * 2048
    assert texts(render(Uitgaand(emoji))) == [emoji]
    assert len(texts(render(Uitgaand(emoji + "x")))) == 2


def test_a_long_answer_is_cut_at_a_paragraph() -> None:
    paragraphs = [(SENTENCE * 20).strip() + f" Alinea {number}." for number in range(8)]
    found = render(Uitgaand("\n\n".join(paragraphs)))
    assert texts(found) == ["\n\n".join(paragraphs[:4]), "\n\n".join(paragraphs[4:])]
    assert found.meer is None


def test_a_long_paragraph_is_cut_at_a_sentence() -> None:
    found = render(Uitgaand("Begin bijv. met art. 5 en € 3,50. " + SENTENCE * 200))
    assert len(found.lijven) == 3
    assert all(part.endswith("echt.") and not part.startswith(" ") for part in texts(found))


def test_a_list_is_cut_between_points() -> None:
    found = render(Uitgaand("\n".join(f"- punt {number} van een lijst" for number in range(300))))
    assert all(
        line.startswith("- punt") and line.endswith("lijst") for part in texts(found) for line in part.split("\n")
    )


def test_a_long_sentence_is_cut_at_a_word_and_a_long_word_between_letters() -> None:
    assert set(" ".join(texts(render(Uitgaand("woord " * 1500)))).split()) == {"woord"}
    family = "👩\u200d👩\u200d👧"
    for part in texts(render(Uitgaand("a" + family * 700))):
        assert part.replace(family, "") in ("a", "")


def test_a_heading_stays_with_its_text() -> None:
    first = SENTENCE * 60
    found = texts(render(Uitgaand(f"{first}\n\n## Kosten\n{SENTENCE * 60}")))
    assert found[0].strip() == first.strip()
    assert found[1].startswith("*Kosten*\n\nDit is")


def test_links_and_bold_are_not_cut() -> None:
    link = "[lees de hele uitleg](https://a.example/een/heel/lang/adres)"
    shown = "lees de hele uitleg: https://a.example/een/heel/lang/adres"
    for shift in range(0, 60, 7):
        parts = texts(render(Uitgaand("x" * shift + " " + f"{link} **vet en nog eens vet** " * 60)))
        assert len(parts) == 2
        assert " ".join(parts).count(shown) == 60
        assert " ".join(parts).count("*vet en nog eens vet*") == 60


def test_bold_that_fits_in_no_message_goes_on_in_the_next() -> None:
    parts = texts(render(Uitgaand(f"**{'vet ' * 1500}slot**")))
    assert len(parts) == 2
    assert [taken(part) for part in parts] == [[("*", part[1:-1])] for part in parts]


def test_more_than_three_messages_wait_for_meer() -> None:
    message = Uitgaand(SENTENCE * 700, ("Kosten", "Aanvragen"), "k:17")
    first, second, third = batches = list(all_batches(message))
    assert [len(batch.lijven) for batch in batches] == [3, 3, 2]
    assert [batch.meer for batch in batches] == [3, 6, None]
    assert [body["type"] for body in first.lijven] == ["text", "text", "interactive"]
    assert [row["title"] for row in rows(first.lijven[-1])] == ["Kosten", "Aanvragen", MEER]
    assert choice_of(rows(second.lijven[-1])[2]["id"]) == ("k:17", 2)
    assert first.keuzes == ("Kosten", "Aanvragen", MEER) and third.keuzes == ("Kosten", "Aanvragen")
    assert " ".join(said(batches)).split() == (SENTENCE * 700).split()


def test_a_part_that_does_not_exist_has_only_the_choices() -> None:
    found = render(Uitgaand("Hallo.", ("Ja",), vanaf=3))
    assert texts(found) == [woorden()["zonder_tekst"]]
    assert render(Uitgaand("Hallo.", vanaf=3)).lijven == ()


# Choices


def test_up_to_three_short_choices_are_buttons() -> None:
    (body,) = render(Uitgaand("Wat wilt u?", ("Kosten", "Afspraak maken", "Ja, maak de afspraak"), "k:17")).lijven
    assert body == {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "Wat wilt u?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "k:17:0", "title": "Kosten"}},
                    {"type": "reply", "reply": {"id": "k:17:1", "title": "Afspraak maken"}},
                    {"type": "reply", "reply": {"id": "k:17:2", "title": "Ja, maak de afspraak"}},
                ]
            },
        },
    }


@pytest.mark.parametrize(
    ("text", "keuzes"),
    [
        ("Wat wilt u?", ("een", "twee", "drie", "vier")),
        ("Wat wilt u?", tuple(f"keuze {number}" for number in range(10))),
        ("Wat wilt u?", ("een titel van 21 teks",)),
        ("a" * 1025, ("een", "twee")),
    ],
)
def test_up_to_ten_choices_are_a_list(text: str, keuzes: tuple[str, ...]) -> None:
    (body,) = render(Uitgaand(text, keuzes, "k:17")).lijven
    assert body["interactive"]["type"] == "list"
    assert body["interactive"]["action"]["button"] == "Kies"
    assert rows(body) == [{"id": f"k:17:{number}", "title": title} for number, title in enumerate(keuzes)]


def test_a_body_of_1024_still_has_buttons() -> None:
    assert render(Uitgaand("a" * 1024, ("Ja",))).lijven[0]["interactive"]["type"] == "button"
    assert render(Uitgaand("a" * 1022 + "👍👍", ("Ja",))).lijven[0]["interactive"]["type"] == "list"


def test_a_long_label_is_cut_at_a_word_and_stands_whole_in_the_description() -> None:
    keuzes = (
        "Uittreksel uit het bevolkingsregister",
        "Gehandicaptenparkeerkaart kwijt",
        "Geen van deze",
        "woord " * 20,
    )
    first, second, third, fourth = rows(render(Uitgaand("Welk?", keuzes)).lijven[0])
    assert (first["title"], first["description"]) == ("Uittreksel uit het…", keuzes[0])
    assert (second["title"], second["description"]) == ("Gehandicaptenparkeerkaa…", keuzes[1])
    assert "description" not in third
    assert fourth["description"] == "woord " * 11 + "woord…"


def test_long_labels_that_begin_alike_go_on_from_where_they_differ() -> None:
    keuzes = ("Parkeervergunning voor bewoners", "Parkeervergunning voor mantelzorgers", "Kosten")
    found = rows(render(Uitgaand("Welk?", keuzes)).lijven[0])
    assert [row["title"] for row in found] == ["…bewoners", "…mantelzorgers", "Kosten"]
    assert [row.get("description") for row in found] == [*keuzes[:2], None]


@pytest.mark.parametrize(
    "keuzes",
    [
        tuple(f"Keuze {number}" for number in range(1, 12)),
        ("Ja", "Nee", "Ja"),
        ("Ja", "ja"),
        ("Ja", " "),
        tuple(f"{'Een heel lang begin ' * 5}slot {number}" + " en meer" * 9 for number in (1, 1)),
    ],
)
def test_choices_beyond_the_limits_are_written_out(keuzes: tuple[str, ...]) -> None:
    found = render(Uitgaand("Welk?", keuzes))
    (body,) = found.lijven
    numbered = "\n".join(f"{number}. {one_line(title)}".strip() for number, title in enumerate(keuzes, 1))
    assert text_of(body) == f"Welk?\n\n{numbered}\n\nTyp het nummer van uw keuze."
    assert found.keuzes == keuzes


def test_a_number_takes_the_choice_that_has_it() -> None:
    found = render(Uitgaand("Welk?", tuple(f"Onderwerp {letter}" for letter in "abcdefghijkl")))
    offered = [Keuze(title, product=title) for title in found.keuzes]
    for line in text_of(found.lijven[0]).split("\n"):
        if re.match(r"[1-9]\. ", line):
            assert _choice(line[0], offered) == Keuze(line[3:], product=line[3:])
    assert _choice("de tweede", offered) == offered[1]


def test_choices_that_are_written_out_come_at_the_end_of_a_long_text() -> None:
    message = Uitgaand(SENTENCE * 350, tuple(f"Keuze {number}" for number in range(12)), "k:9")
    first, last = list(all_batches(message))
    (more,) = rows(first.lijven[-1])
    assert choice_of(more["id"]) == ("k:9", 12) and first.keuzes[12] == more["title"] == MEER
    assert texts(last)[-1].endswith("12. Keuze 11\n\nTyp het nummer van uw keuze.")


def test_choices_without_a_text_get_one() -> None:
    for text in ("", "\u200b", "---"):
        assert texts(render(Uitgaand(text, ("Ja", "Nee")))) == ["Kies wat u wilt."]


def test_titles_have_no_marks_and_no_lines() -> None:
    (body,) = render(Uitgaand("x", ("*Ja*,\n graag", "_nee_\t\x00", "5* hotel"), "k")).lijven
    assert buttons(body) == [("k:0", "∗Ja∗, graag"), ("k:1", "ˍneeˍ"), ("k:2", "5* hotel")]


def test_an_emoji_in_a_title_counts_for_two_and_stays_whole() -> None:
    assert render(Uitgaand("x", ("a" * 18 + "👍",))).lijven[0]["interactive"]["type"] == "button"
    assert render(Uitgaand("x", ("a" * 19 + "👍",))).lijven[0]["interactive"]["type"] == "list"
    (row,) = rows(render(Uitgaand("x", ("a" * 20 + "👨\u200d👩\u200d👧" + "b" * 9,))).lijven[0])
    assert row["title"] == "a" * 20 + "…"


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("k:17:0", ("k:17", 0)),
        ("k:12", ("k", 12)),
        ("a:b:c:10", ("a:b:c", 10)),
        ("k:17", ("k", 17)),
        ("", None),
        ("k", None),
        (":1", None),
        ("k:", None),
        ("k:-1", None),
        ("k:01", None),
        ("k:1\n", None),
        ("k:١", None),
        ("k: 1", None),
        ("/restart", None),
        ("k:99999", None),
        ("k" * 191 + ":1", None),
    ],
)
def test_an_id_is_read_back(id: str, expected: tuple[str, int] | None) -> None:
    assert choice_of(id) == expected


@pytest.mark.parametrize("sleutel", ["", " ", "k 1", "k\n", "é", "k" * 191])
def test_a_key_that_cannot_be_in_an_id_is_refused(sleutel: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Uitgaand("x", sleutel=sleutel)


def test_parts_before_the_first_are_refused() -> None:
    with pytest.raises(ValueError, match="parts"):
        Uitgaand("x", vanaf=-1)


def test_words_stay_out_of_logs() -> None:
    message = Uitgaand("geheim woord", ("geheim",), document=Document("afspraak.ics", "https://a.example/geheim"))
    assert "geheim" not in repr(message) + repr(render(message))


# Files and places

PLAATS = Plaats("Stadhuis", "Marktplein 1\nVoorbeeldstad", 52.34, 5.62)
ICS = Document("afspraak.ics", "https://a.example/a.ics")


def test_a_file_and_a_place_come_after_the_text() -> None:
    found = render(Uitgaand("Tot dan.", ("Kosten",), document=ICS, plaats=PLAATS))
    assert [body["type"] for body in found.lijven] == ["interactive", "document", "location"]
    assert found.lijven[1]["document"] == {"link": "https://a.example/a.ics", "filename": "afspraak.ics"}
    assert found.lijven[2]["location"] == {
        "latitude": 52.34,
        "longitude": 5.62,
        "name": "Stadhuis",
        "address": "Marktplein 1 Voorbeeldstad",
    }
    check(found)


def test_a_file_that_was_uploaded_goes_by_its_id() -> None:
    (body,) = render(Uitgaand("", document=Document("a.ics", "https://a.example", "555"))).lijven
    assert body == {"type": "document", "document": {"id": "555", "filename": "a.ics"}}


def test_a_file_comes_once_and_when_all_was_said() -> None:
    batches = list(all_batches(Uitgaand(SENTENCE * 400, document=ICS, plaats=PLAATS)))
    kinds = [[body["type"] for body in batch.lijven] for batch in batches]
    assert kinds == [["text", "text", "interactive"], ["text", "text", "document", "location"]]


def test_long_names_are_cut_and_keep_their_extension() -> None:
    found = render(
        Uitgaand("", document=Document("é" * 300 + ".ics", media_id="1"), plaats=Plaats("n" * 2000, " ", 0, 0))
    )
    assert found.lijven[0]["document"]["filename"] == "é" * 236 + ".ics"
    assert set(found.lijven[1]["location"]) == {"latitude", "longitude", "name"}
    check(found)
    assert (
        len(render(Uitgaand("", document=Document("a." + "b" * 300, media_id="1"))).lijven[0]["document"]["filename"])
        == 240
    )


@pytest.mark.parametrize(("breedte", "lengte"), [(91, 0), (0, -181), (float("nan"), 0), (0, float("inf"))])
def test_a_place_that_does_not_exist_is_refused(breedte: float, lengte: float) -> None:
    with pytest.raises(ValueError, match="degrees"):
        Plaats("x", "y", breedte, lengte)


# Any message

_PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "**vet en meer** ",
            "*cursief*",
            "# kop\n",
            "\n\n",
            "\n- punt ",
            "> citaat\n",
            "[tekst met woorden](https://a.example/x_y_z)",
            "https://a.example/_a_*b* ",
            "jan_de_vries@a.example ",
            "5* ",
            "👩\u200d👩\u200d👧",
            "e\u0301\u0301",
            "\u200b",
            "Een zin. ",
            "woord ",
        ]
    ),
)
_TEXTS = st.lists(st.tuples(_PIECES, st.sampled_from([1, 1, 1, 3, 40, 300])), max_size=6).map(
    lambda parts: "".join(piece * times for piece, times in parts)
)
_TITLES = st.one_of(
    st.text(max_size=30),
    st.text(min_size=20, max_size=120),
    st.sampled_from(
        ["Ja", "Nee", "ja", "Meer", "Kosten", "Parkeervergunning voor bewoners", "Parkeervergunning voor *mij* x"]
    ),
)
_CHOICES = st.one_of(st.lists(_TITLES, max_size=4), st.lists(_TITLES, max_size=14)).map(tuple)


@settings(deadline=None)
@given(_TEXTS, _CHOICES, st.booleans())
def test_any_message_obeys_every_limit(text: str, keuzes: tuple[str, ...], plat: bool) -> None:
    batches = list(all_batches(Uitgaand(text, keuzes, "k:17", platte_tekst=plat, document=ICS)))
    for batch in batches:
        check(batch)
    assert sum(body["type"] == "document" for batch in batches for body in batch.lijven) == 1


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(40, 400))
def test_any_long_plain_text_is_said_in_full_and_in_order(text: str, times: int) -> None:
    message = Uitgaand(f"begin {text * times} eind", platte_tekst=True)
    parts = said(list(all_batches(message)))
    wanted = re.sub(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]", "", message.tekst)
    assert "".join("".join(parts).split()).translate(BACK) == "".join(wanted.split()).translate(BACK)
    for part, following in itertools.pairwise(parts):
        assert taken(part) == [] or "://" in part
        assert length(part) > 2000 or length(re.split("[ \\n]", following)[0]) > 2000


_WORD = st.text("abcdefg.,€é", min_size=1, max_size=9).filter(lambda word: word[-1].isalnum() and word[0].isalnum())
_RUN = st.tuples(st.sampled_from(["", "", "**", "*", "link"]), st.lists(_WORD, min_size=1, max_size=12))


@settings(deadline=None, max_examples=20)
@given(st.lists(_RUN, min_size=1, max_size=12), st.integers(3000, 13_000), st.sampled_from([" ", "\n\n", "\n- "]))
def test_any_long_markdown_is_said_in_full_with_whole_marks(
    runs: list[tuple[str, list[str]]], size: int, between: str
) -> None:
    pieces, wanted = [], []
    for kind, run in runs:
        plain = " ".join(run)
        written, shown = {
            "": (plain, plain),
            "**": (f"**{plain}**", f"*{plain}*"),
            "*": (f"*{plain}*", f"_{plain}_"),
            "link": (f"[{plain}](https://a.example/x_y)", f"{plain}: https://a.example/x_y"),
        }[kind]
        pieces.append(f"x {written} x")
        wanted.append(f"{between.strip()} x {shown} x")
    once = "".join(f"{between}{piece}" for piece in pieces)
    times = size // len(once) + 1
    parts = said(list(all_batches(Uitgaand(once * times))))
    assert " ".join(parts).split() == " ".join(wanted * times).split()


# What the product says

_FILES = sorted((ROOT / "products").rglob("*.md"))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_product_text_fits(path: Path) -> None:
    product = read_product_file(path).product
    keuzes = ("Afspraak maken", "Kosten", "Hoe lang duurt het", "Kort antwoord", "Medewerker spreken")
    value = "€ 12,50 (*5* tot 6_7, b.v. op https://a.example/x_y_)"
    for text in (product.kort, *product.aspecten.values()):
        filled = re.sub(r"\]\(\{\{.*?\}\}", "](https://a.example/x_y_", text)
        filled = re.sub(r"\{\{.*?\}\}", value, filled)
        found = render(Uitgaand(f"**{product.kop.naam}**\n\n{filled}", keuzes, "k:1"))
        check(found)
        # One message, and nothing of Markdown left in it.
        assert len(found.lijven) == 1 and found.meer is None
        shown = text_of(found.lijven[0])
        assert shown.startswith(f"*{product.kop.naam}*") and "**" not in shown and "](" not in shown
