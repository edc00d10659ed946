"""Markdown becomes WhatsApp's own marks: what was meant as one is one, what was not is none, no word and no address changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import ChainableUndefined, Environment

from bot.settings import ROOT
from bot.whatsapp.markup import LOOKALIKES, line_of, may_break, one_line, read, read_plain, to_whatsapp, units, write

BACK = str.maketrans({look: mark for mark, look in LOOKALIKES.items()})


def taken(text: str) -> list[tuple[str, str]]:
    """What a phone takes as marks, of phones the least careful one: (mark, what stands in it), also inside each other."""
    found = [("```", inner) for inner in re.findall(r"```(.+?)```", text, re.DOTALL)]
    for line in text.split("\n"):
        found += in_line(line)
    return found


def in_line(line: str) -> Iterator[tuple[str, str]]:
    pattern = r"(?<![A-Za-z0-9])(?P<mark>[*_~`])(?P<inner>\S|\S.*?\S)(?P=mark)(?![A-Za-z0-9])"
    start = 0
    while found := re.compile(pattern).search(line, start):
        yield found["mark"], found["inner"]
        yield from in_line(found["inner"])
        start = found.end()


def plain_words(text: str) -> list[str]:
    """The letters and digits of a text, without marks."""
    return re.findall(r"[^\W_]+", text)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Dit is **vet** en dit *cursief*.", "Dit is *vet* en dit _cursief_."),
        ("__vet__ en _cursief_", "*vet* en _cursief_"),
        ("***allebei***", "*_allebei_*"),
        ("een **sterk *en meer*** slot", "een *sterk _en meer_* slot"),
        ("*een **twee** drie*", "_een *twee* drie_"),
        ("**Bel 112.** Nu.", "*Bel 112.* Nu."),
        ('(**vet**), "**vet**": **vet**!', '(*vet*), "*vet*": *vet*!'),
        ("**vet&nbsp;** x", "*vet*\u00a0 x"),
    ],
)
def test_bold_and_italic(markdown: str, expected: str) -> None:
    assert to_whatsapp(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**pas**poort", "paspoort"),
        ("een**twee**", "eentwee"),
        ("**a***b*", "ab"),
        ("**é**é", "éé"),
        ("**a**\u0301", "a\u0301"),
    ],
)
def test_inside_a_word_there_are_no_marks(markdown: str, expected: str) -> None:
    assert to_whatsapp(markdown) == expected


def test_a_mark_ends_with_its_line() -> None:
    assert to_whatsapp("**een  \ntwee *drie  \nvier***") == "*een*\n*twee _drie_*\n*_vier_*"


def test_headings_are_bold_lines() -> None:
    assert (
        to_whatsapp("# Kosten\nHet is gratis.\n\n## *Let* op\n- a") == "*Kosten*\n\nHet is gratis.\n\n*_Let_ op*\n\n- a"
    )
    assert to_whatsapp("Kop\nvan twee regels\n===") == "*Kop van twee regels*"
    assert to_whatsapp("# **Al vet**") == "*Al vet*"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("- een\n- twee", "- een\n- twee"),
        ("* een\n\n* twee", "- een\n- twee"),
        ("3) drie\n4) vier", "3. drie\n4. vier"),
        ("- mee:\n  1. pas\n  2. foto\n- klaar", "- mee:\n   1. pas\n   2. foto\n- klaar"),
        ("-\tmee\n\t- pas", "- mee\n   - pas"),
        ("- een\n\n  nog iets\n- twee", "- een\n   nog iets\n- twee"),
        ("- **Eerste hond:** € 80\n- x", "- *Eerste hond:* € 80\n- x"),
        ("Mee:\n- pas\n\nKlaar.", "Mee:\n\n- pas\n\nKlaar."),
        ("- een\n-\n- drie", "- een\n- \n- drie"),
    ],
)
def test_lists(markdown: str, expected: str) -> None:
    assert to_whatsapp(markdown) == expected


def test_deep_lists_do_not_walk_off_the_phone() -> None:
    deep = to_whatsapp("".join(f"{'  ' * level}- niveau {level}\n" for level in range(12)))
    assert [line.strip() for line in deep.split("\n")] == [f"- niveau {level}" for level in range(12)]
    assert max(len(line) - len(line.lstrip()) for line in deep.split("\n")) == 12


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("> aangehaald\n\nverder", "> aangehaald\n\nverder"),
        ("> een  \n> twee", "> een\n> twee"),
        ("> een\n>\n> - twee", "> een\n\n> - twee"),
        ("> een\n> > twee", "> een\n\n> twee"),
        ("een\ntwee  \ndrie\\\nvier", "een twee\ndrie\nvier"),
        ("boven\n\n---\n\nonder", "boven\n\nonder"),
        ("| Dag | Tijd |\n|---|---|\n| ma | 9.00 |\n| di | |", "Dag | Tijd\nma | 9.00\ndi | "),
        ("neem `dit` mee", "neem dit mee"),
        ("&euro; 5 &amp; &lt;meer&gt;", "€ 5 & <meer>"),
        ("een\r\ntwee\u2028drie", "een twee drie"),
    ],
)
def test_other_blocks(markdown: str, expected: str) -> None:
    assert to_whatsapp(markdown) == expected.strip()


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "---", "\x00\x07"])
def test_no_words_give_no_text(text: str) -> None:
    assert to_whatsapp(text).strip("\ufffd") == ""
    assert write(read_plain(text.replace("-", ""))) == ""


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[Maak een afspraak](https://a.example/b_c_?d=e&f=*)", "Maak een afspraak: https://a.example/b_c_?d=e&f=*"),
        ("Op [https://a.example/x](https://a.example/x). U", "Op https://a.example/x. U"),
        ("Kijk op [113.nl](https://www.113.nl).", "Kijk op https://www.113.nl."),
        ("Zie [**hier**](https://a.example), of bel.", "Zie *hier*: https://a.example, of bel."),
        ("**[hier](https://a.example)**", "*hier*: https://a.example"),
        ("**zie https://a.example/_x_ nu**", "*zie* https://a.example/_x_ *nu*"),
        ("Op https://a.example/_x_/*y* of *www.a.example/_z*", "Op https://a.example/_x_/*y* of www.a.example/_z"),
        ("[https://a.example/_x_](https://a.example/_x_)", "https://a.example/_x_"),
        ("Mail _jan_@a.example of **jan_@a.example**.", "Mail _jan_@a.example of jan_@a.example."),
        (
            "**[hier](https://a.example)** en *[daar](https://a.example/_)*",
            "*hier*: https://a.example en _daar_: https://a.example/_",
        ),
        ("[Meer weten?](https://a.example)", "Meer weten? https://a.example"),
        ("[](https://a.example)", "https://a.example"),
        ("<https://a.example>", "https://a.example"),
        ("# [Kop](https://a.example)", "*Kop:* https://a.example"),
        ("[mail](mailto:a_b_@c.example?subject=x)", "mail: a_b_@c.example"),
        ("[mail a_b@c.example](mailto:a_b@c.example)", "mail a_b@c.example"),
        ("<a_b@c.example>", "a_b@c.example"),
        ("[](mailto:a@b.example)", "a@b.example"),
        ("[bel ons](tel:14088)", "bel ons: 14088"),
        ("[**14 088**](tel:14088)", "*14 088*"),
        ("[bel 085 123 45 67](tel:+31851234567)", "bel 085 123 45 67"),
    ],
)
def test_links(markdown: str, expected: str) -> None:
    assert to_whatsapp(markdown) == expected


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "file:///etc/passwd",
        "ftp://a.example",
        "x-app:doe",
        "/pad",
        "//a.example",
        "https:",
        "mailto:",
        "mailto:a@b.example%0A112",
        "tel:",
        "tel:112%0A06",
        "",
    ],
)
def test_other_addresses_are_no_addresses(address: str) -> None:
    shown = to_whatsapp(f"Klik [hier]({address}) maar")
    # What markdown-it does not want to know of stays as it was written.
    assert shown in ("Klik hier maar", f"Klik [hier]({address}) maar")
    assert taken(shown) == []


@pytest.mark.parametrize(
    "text",
    [
        "5* hotel",
        "een 4* en een 5* hotel",
        "3 * 4 * 5",
        "a*b*c en snake_case_naam",
        "NL12***34",
        "* punt*",
        "~5 euro",
        "_",
        "mail jan_de_vries@a.example of _jan@a.example",
        "https://a.example/*x*/_y_ en www.a.example/~jan/_z_",
        "a.example/_x_/*y*",
    ],
)
def test_what_is_no_mark_to_whatsapp_stays_as_it_is(text: str) -> None:
    assert write(read_plain(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "*let op*",
        "(_zo_) en ~weg~ en `code` en ```blok```",
        "``` over\nregels ```",
        "5* van *de* 5",
        "**dubbel** en __init__",
        "_______",
        "een _a en b_",
        "*_~x~_*",
        "é*x*é",
        "_zie https://a.example/x_",
        "*zie _jan@a.example*",
    ],
)
def test_what_would_be_a_mark_is_written_otherwise(text: str) -> None:
    shown = write(read_plain(text))
    assert taken(re.sub(r"https:\S+|_jan@\S+\w", "adres", shown)) == []
    assert shown.translate(BACK) == text != shown
    assert [one for one in re.findall(r"https:\S+|_jan@[\w.]+\w", text) if one not in shown] == []


def test_marks_that_were_escaped_or_stray_in_bold_are_none() -> None:
    assert taken(to_whatsapp(r"\*niet vet\* en \_niet cursief\_")) == []
    assert taken(to_whatsapp(r"**5\* hotel** en *a\_ b*")) == [("*", "5∗ hotel"), ("_", "aˍ b")]
    assert taken(to_whatsapp(r"**a\*b c\*d** ~~weg~~")) == [("*", "a∗b c∗d")]
    assert taken(to_whatsapp(r"**\*** en **\_x**")) == [("*", "∗"), ("*", "ˍx")]


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
    assert "".join(to_whatsapp(text).split()) == "".join(text.split())


def test_very_deep_nesting_is_shown_too() -> None:
    for text in ("> " * 50 + "diep", "- " * 20 + "diep", "**a " * 1000 + "diep" + " a**" * 1000):
        assert "diep" in to_whatsapp(text)


@pytest.mark.parametrize(
    "text", ["*" * 50_000, "a_" * 50_000, "www." * 20_000, "a." * 50_000, "a@" * 50_000, "`" * 50_000]
)
def test_long_rows_of_signs_are_read(text: str) -> None:
    assert write(read_plain(text)).translate(BACK) == text


def test_plain_text_keeps_its_lines_but_for_a_third_empty_one() -> None:
    typed = "**geen** [markdown](https://a.example)\nregel twee \n\n\n\n# drie\n- *vier*"
    shown = write(read_plain(typed))
    assert shown.translate(BACK) == "**geen** [markdown](https://a.example)\nregel twee\n\n# drie\n- *vier*"
    assert taken(shown) == []


def test_characters_that_have_no_place_in_a_message_go() -> None:
    assert write(read_plain("een\x00\x1b\x7f\ufffetwee\ud800\tdrie\u2029vier")) == "eentwee\ufffd drie\nvier"
    assert one_line("  een \n\t twee\x85 ") == "een twee"
    assert taken(line_of("*een*\n_twee_")) == []


def test_lengths_are_utf_16_units() -> None:
    assert units("a€👍👍🏽") == 1 + 1 + 2 + 4


@pytest.mark.parametrize(
    "whole", ["e\u0301\u0323", "👍🏽", "👩\u200d👩\u200d👧", "🇳🇱", "❤\ufe0f", "🏴\U000e0067\U000e0062\U000e007f"]
)
def test_what_is_one_to_the_eye_is_not_cut(whole: str) -> None:
    assert not any(may_break(whole, place) for place in range(1, len(whole)))
    assert may_break(f"a{whole}", 1) and may_break(f"{whole}a", len(whole))


# Any text


_SIGNS = st.text(alphabet="ab1é *_~`()>#-.:/@\n\\", max_size=60)
_MARKDOWN = st.text(alphabet="ab *_[]()<>#-+>!`~\\:./|\n\t1&;", max_size=80)


@given(st.one_of(_SIGNS.filter(lambda text: "/" not in text and "@" not in text), st.text(max_size=100)))
def test_no_plain_text_makes_a_mark_or_loses_a_sign(text: str) -> None:
    shown = write(read_plain(text))
    assert taken(shown) == []
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\u2217\u02cd\u223c\u02cb]", text):
        assert "".join(shown.translate(BACK).split()) == "".join(text.split())


@given(st.lists(st.from_regex(r"\A(?:https?://|www\.)[a-z]{1,3}\.nl/[*_~a-z/]{0,8}[a-z*_~]\Z") | _SIGNS, max_size=5))
def test_no_address_changes(parts: list[str]) -> None:
    shown = write(read_plain(" ".join(parts))).split()
    assert [part for part in parts if part.startswith(("http", "www")) and part not in shown] == []


@given(st.one_of(st.text(max_size=200), _MARKDOWN))
def test_no_markdown_loses_a_word(text: str) -> None:
    # What is not to be shown: the address of a link, the name of a character (`&copy;`), the number of a point, dashes of
    # a table.
    text = re.sub(r"[(&0-9|]", " ", text)
    shown = re.sub(r"[0-9]", "", to_whatsapp(text))
    assert [char for char in shown if char.isalpha() and char != "ˍ" and char != "ˋ"] == [
        char for char in text if char.isalpha() and char != "ˍ" and char != "ˋ"
    ]


_WORDS = st.lists(
    st.text("abé1.,", min_size=1, max_size=4).filter(lambda word: word[-1].isalnum()), min_size=1, max_size=3
)
_STRAY = st.sampled_from(["5\\*", "\\_x\\_", "\\*", "a\\~b", "\\`\\`\\`", "(\\*x", "x\\_)"])


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[tuple[str, str]]]:
    """Markdown with marks between words and signs, and the marks that it should have, of the outermost."""
    parts, meant = [], []
    for kind in draw(st.lists(st.sampled_from(["", "**", "*", "stray", "line"]), max_size=8)):
        words = " ".join(draw(_WORDS)) if kind != "stray" else draw(_STRAY)
        if kind in ("*", "**"):
            inside = draw(st.sampled_from(["", " 5\\*", " a\\_b c\\_"])) + " slot"
            parts.append(f"{kind}{words}{inside}{kind}")
            meant.append(({"*": "_", "**": "*"}[kind], (words + inside).replace("\\", "")))
        else:
            parts.append("  \nx" if kind == "line" else words)
    return " ".join(parts), meant


@given(marked())
def test_exactly_the_marks_that_were_meant_are_taken(given_text: tuple[str, list[tuple[str, str]]]) -> None:
    markdown, meant = given_text
    markdown = f"x {markdown}"
    assert [(mark, inner.translate(BACK)) for mark, inner in taken(to_whatsapp(markdown))] == meant


@given(_MARKDOWN)
def test_no_mark_is_left_open(text: str) -> None:
    """Without the pairs that a phone takes, nothing is left that could begin or end one."""
    shown = to_whatsapp(re.sub(r"[/@]", " ", text))
    for line in shown.split("\n"):
        while found := next(iter(in_line(line)), None):
            mark, inner = found
            line = line.replace(f"{mark}{inner}{mark}", f"\u00b7{inner}\u00b7", 1)
        for mark in "*_~":
            begins = [p for p in range(len(line)) if line[p] == mark and re.match(r"\S", line[p + 1 : p + 2])]
            ends = [p for p in range(len(line)) if line[p] == mark and p and not line[p - 1].isspace()]
            loose = [(b, e) for b in begins for e in ends if b < e]
            assert all(line[max(b - 1, 0) : b].isalnum() or line[e + 1 : e + 2].isalnum() for b, e in loose)


# What the product says


class Anything(ChainableUndefined):
    """A field of a response that has every value."""

    __gt__ = __lt__ = __ge__ = __le__ = lambda self, other: True  # noqa: E731

    def __str__(self) -> str:
        return "waarde_van *5* <b>"


def responses() -> list[Any]:
    return [
        pytest.param(variation["text"], id=f"{name}-{number}")
        for path in sorted((ROOT / "domain").glob("*.yml"))
        for name, variations in (yaml.safe_load(path.read_text(encoding="utf-8")).get("responses") or {}).items()
        for number, variation in enumerate(variations)
    ]


BLOCKS = (ROOT / "bot/nlg/templates/bouwstenen.j2").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", responses())
def test_every_response_can_be_written(text: str) -> None:
    words = plain_words(re.sub(r"\]\([^)]*\)", "", re.sub(r"\{[{%#].*?[}%#]\}", " ", text)))
    raw = to_whatsapp(text)
    assert [word for word in words if word not in raw] == []
    source = re.sub(r"\]\(\{\{.*?\}\}\)", "](https://a.example/x_y_)", BLOCKS + text)
    rendered = Environment(undefined=Anything).from_string(source).render()
    shown = to_whatsapp(rendered)
    assert "**" not in shown and "](" not in shown
    assert read(rendered) == read(rendered).strip()
