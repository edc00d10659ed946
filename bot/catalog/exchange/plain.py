"""Between Markdown and the plain text that other systems want."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False})
_SPECIAL = re.compile(r"([\\`*_\[\]<&])")
_AT_BEGIN = re.compile(r"([#>+~=-]|\d{1,9}(?=[.)]))")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def plain(markdown: str) -> str:
    """The words of a text on one line, without markup; links keep their words."""
    words = []
    for block in _markdown.parse(markdown):
        for token in block.children or ():
            if token.type in ("softbreak", "hardbreak"):
                words.append(" ")
            elif token.type in ("text", "code_inline"):
                words.append(token.content)
        if block.type in ("fence", "code_block"):
            words.append(block.content)
        words.append(" " if block.type in ("inline", "fence", "code_block") else "")
    return one_line("".join(words))


def as_markdown(text: str) -> str:
    """One line of plain text as Markdown that reads the same; signs get a backslash only where they would be markup."""
    line = one_line(text)
    if plain(line) == line and not line.startswith("#"):
        return line
    some = _SPECIAL.sub(r"\\\1", line)
    begin = _AT_BEGIN.match(some)
    if begin:
        # A number itself takes no backslash; the point behind it does.
        at = begin.end() if begin.group().isdigit() else 0
        some = f"{some[:at]}\\{some[at:]}"
    return some if plain(some) == line else _PUNCTUATION.sub(r"\\\1", line)


def one_line(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())
