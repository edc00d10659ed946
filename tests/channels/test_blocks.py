"""Markdown becomes blocks: elements for the widget, no HTML, no address that could do harm, no word lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.blocks import LINK_SCHEMES, Block, blocks, plain


def paragraph(*parts: str | dict[str, Any]) -> Block:
    return {"soort": "alinea", "inhoud": [{"tekst": part} if isinstance(part, str) else part for part in parts]}


def inline(found: list[Block]) -> Iterator[dict[str, Any]]:
    """All pieces of text, in order."""
    for block in found:
        yield from block.get("inhoud", ())
        for punt in block.get("punten", ()):
            yield from inline(punt)


def shown(found: list[Block]) -> str:
    return "".join(part["tekst"] for part in inline(found))


def links(found: list[Block]) -> list[str]:
    return [part["link"] for part in inline(found) if "link" in part]


def test_paragraphs_and_headings() -> None:
    found = blocks("# Paspoort\n\nBij de balie.\n\nOp afspraak.")
    assert found == [
        {"soort": "kop", "inhoud": [{"tekst": "Paspoort"}]},
        paragraph("Bij de balie."),
        paragraph("Op afspraak."),
    ]


def test_a_list_has_blocks_in_its_points() -> None:
    assert blocks("- een\n- twee") == [
        {"soort": "lijst", "genummerd": False, "punten": [[paragraph("een")], [paragraph("twee")]]}
    ]
    assert blocks("1. een\n2. twee")[0]["genummerd"]


def test_lists_stand_in_lists() -> None:
    (outer,) = blocks("- mee:\n  1. pas\n  2. foto\n- klaar")
    first, second = outer["punten"]
    assert first[0] == paragraph("mee:")
    assert first[1] == {"soort": "lijst", "genummerd": True, "punten": [[paragraph("pas")], [paragraph("foto")]]}
    assert second == [paragraph("klaar")]


def test_emphasis_may_stand_in_emphasis() -> None:
    assert blocks("een **sterk *en meer*** slot") == [
        paragraph(
            "een ", {"tekst": "sterk ", "sterk": True}, {"tekst": "en meer", "sterk": True, "nadruk": True}, " slot"
        )
    ]


def test_line_breaks() -> None:
    assert blocks("een\ntwee  \ndrie") == [paragraph("een", " ", "twee", "\n", "drie")]


@pytest.mark.parametrize(
    "address", ["https://a.example/b?c=d&e=f#g", "http://a.example", "mailto:a@b.example", "tel:14088"]
)
def test_links_to_the_web_mail_and_phone_are_links(address: str) -> None:
    assert blocks(f"Zie [**hier**]({address}).") == [
        paragraph("Zie ", {"tekst": "hier", "sterk": True, "link": address}, ".")
    ]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://a.example",
        "blob:https://a.example/x",
        "/pad",
        "//a.example",
        "?x=y",
        "",
    ],
)
def test_other_addresses_are_text(address: str) -> None:
    found = blocks(f"Klik [hier]({address}) maar")
    assert links(found) == []
    assert shown(found).startswith("Klik ") and "hier" in shown(found) and shown(found).endswith(" maar")


def test_an_address_between_angle_brackets_is_a_link_and_another_scheme_is_not() -> None:
    assert links(blocks("<https://a.example> <a@b.example>")) == ["https://a.example", "mailto:a@b.example"]
    found = blocks("<javascript:alert(1)> <x-app:doe>")
    assert links(found) == [] and "alert(1)" in shown(found) and "x-app:doe" in shown(found)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "een <b onclick='x()'>twee</b>",
        "<!-- weg -->",
        "<img src=x onerror=alert(1)>",
        "<div>\n\nblok\n\n</div>",
    ],
)
def test_html_stays_text(text: str) -> None:
    assert "".join(shown(blocks(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[let op]: https://a.example", "[let op]: https://a.example"),
        ("![foto](https://a.example/f.png)", "!foto"),
        ("    ingesprongen", "ingesprongen"),
        ("```\ncode\n```", "code"),
        ("neem `dit` mee", "neem dit mee"),
        ("> aangehaald", "aangehaald"),
    ],
)
def test_what_is_no_block_of_ours_stays_text(text: str, expected: str) -> None:
    assert shown(blocks(text)).strip() == expected


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "---"])
def test_no_words_give_no_blocks(text: str) -> None:
    assert blocks(text) == []


def test_very_deep_nesting_is_shown_too() -> None:
    for text in ("> " * 50 + "diep", "- " * 20 + "diep", "**a " * 1000 + "diep" + " a**" * 1000):
        assert "diep" in shown(blocks(text))


def test_plain_text_keeps_everything_but_empty_lines() -> None:
    assert plain("**geen** [markdown](https://a.example)\nregel twee\n\n\n# drie") == [
        paragraph("**geen** [markdown](https://a.example)\nregel twee"),
        paragraph("# drie"),
    ]
    assert plain("  \n\n ") == []


_MARKDOWN = st.text(alphabet="ab *_[]()<>#-+>!`~\\:./\n\t1", max_size=80)
_ADDRESSES = st.builds(
    "[{}]({})".format,
    st.text("ab*", max_size=4),
    st.sampled_from(["https:", "x:", "java\tscript:", "//", "tel:"]).flatmap(
        lambda scheme: st.text("a/:[]@ %\\", max_size=8).map(lambda rest: scheme + rest)
    ),
)


@given(st.one_of(st.text(max_size=200), _MARKDOWN, st.lists(_MARKDOWN | _ADDRESSES).map("".join)))
def test_no_text_gives_a_link_with_another_scheme(text: str) -> None:
    for address in links(blocks(text)):
        assert address.partition(":")[0].lower() in LINK_SCHEMES


@given(st.one_of(st.text(max_size=200), _MARKDOWN))
def test_no_text_loses_a_word(text: str) -> None:
    # What is not to be shown: the address of a link, and the name of a character (`&copy;`).
    text = text.replace("(", " ").replace("&", " ")
    assert [char for char in shown(blocks(text)) if char.isalpha()] == [char for char in text if char.isalpha()]


@given(st.text(max_size=200))
def test_plain_text_loses_nothing_but_line_ends(text: str) -> None:
    assert "".join(shown(plain(text)).split()) == "".join(text.split())
