"""Markdown of an answer as blocks: the widget builds elements from them, so no HTML ever travels."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

LINK_SCHEMES = frozenset({"https", "http", "mailto", "tel"})
"""Where a link may lead; anything else stays text."""

_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).disable(
    ["code", "fence", "html_block", "html_inline", "image", "reference"]
)

Block = Dict[str, Any]


def blocks(text: str) -> List[Block]:
    """Blocks of a Markdown text: `alinea`, `kop` and `lijst` (docs/webchat.md). HTML in it stays visible text."""
    try:
        return list(_blocks(SyntaxTreeNode(_markdown.parse(text)).children))
    except RecursionError:
        # Emphasis in emphasis, hundreds deep: no text, but it must not break a conversation either.
        return plain(text)


def plain(text: str) -> List[Block]:
    """Blocks of a text that is no Markdown, such as what a resident typed: paragraphs with their line breaks."""
    parts = [part.strip("\n") for part in text.split("\n\n")]
    return [{"soort": "alinea", "inhoud": [{"tekst": part}]} for part in parts if part.strip()]


def _blocks(nodes: List[SyntaxTreeNode]) -> Iterator[Block]:
    for node in nodes:
        if node.type == "heading":
            yield {"soort": "kop", "inhoud": _inline(node)}
        elif node.type in ("bullet_list", "ordered_list"):
            punten = [list(_blocks(item.children)) for item in node.children]
            yield {"soort": "lijst", "genummerd": node.type == "ordered_list", "punten": punten}
        elif node.type == "blockquote":
            yield from _blocks(node.children)
        elif node.type != "hr":
            yield {"soort": "alinea", "inhoud": _inline(node)}


def _inline(node: SyntaxTreeNode) -> List[Dict[str, Any]]:
    parts: List[Dict[str, Any]] = []
    for child in node.children:
        _collect(child, {}, parts)
    return parts


def _collect(node: SyntaxTreeNode, marks: Dict[str, Any], parts: List[Dict[str, Any]]) -> None:
    if node.type in ("text", "code_inline"):
        if node.content:
            parts.append({"tekst": node.content, **marks})
    elif node.type in ("softbreak", "hardbreak"):
        parts.append({"tekst": " " if node.type == "softbreak" else "\n", **marks})
    else:
        inner = {**marks, **_marks(node)}
        for child in node.children:
            _collect(child, inner, parts)


def _marks(node: SyntaxTreeNode) -> Dict[str, Any]:
    if node.type == "strong":
        return {"sterk": True}
    if node.type == "em":
        return {"nadruk": True}
    if node.type == "link":
        address = str(node.attrs.get("href", ""))
        if urlsplit(address).scheme.lower() in LINK_SCHEMES:
            return {"link": address}
    return {}
