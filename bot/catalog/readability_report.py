"""The report on how product texts read, as Markdown: distribution, per theme, and the hardest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from bot.catalog.product import Product
from bot.catalog.readability import LASTIG

STAP = 5
"""Width of a bar, in points of the score."""
BREEDTE = 40
"""Characters of the longest bar."""
MOEILIJKSTE = 15


def readability_report(scored: Sequence[tuple[float, Product]]) -> str:
    """The report over (score, product) pairs; at least one."""
    scores = sorted(score for score, _ in scored)
    hard = sum(score < LASTIG for score in scores)
    lines = [
        "# Hoe de teksten lezen",
        "",
        "Dit bestand wordt gemaakt door `vraagbaak products leesbaarheid --out docs/leesbaarheid.md`.",
        "",
        "De score van Flesch-Douma loopt van 0 (zeer moeilijk) tot 100 (zeer makkelijk). Geen programma kan B1 meten; de score "
        f"rangschikt teksten en wijst aan waar een redacteur moet kijken. Onder {LASTIG:.0f} (moeilijk, ongeveer B2 en hoger) "
        "geeft de lint een waarschuwing.",
        "",
        f"{len(scores)} teksten: laagste {scores[0]:.0f}, mediaan {median(scores):.0f}, hoogste {scores[-1]:.0f}; "
        f"{hard} onder {LASTIG:.0f}.",
        "",
        "```",
        *_bars(scores),
        "```",
        "",
        "| thema | teksten | laagste | mediaan |",
        "|---|---:|---:|---:|",
        *_themes(scored),
        "",
        f"## De {MOEILIJKSTE} moeilijkste",
        "",
        "| product | score |",
        "|---|---:|",
        *(
            f"| `{product.id}` | {score:.0f} |"
            for score, product in sorted(scored, key=lambda pair: (pair[0], pair[1].id))[:MOEILIJKSTE]
        ),
        "",
    ]
    return "\n".join(lines)


def _bars(scores: Sequence[float]) -> list[str]:
    counts: dict[int, int] = defaultdict(int)
    for score in scores:
        counts[int(score // STAP) * STAP] += 1
    most = max(counts.values())
    return [
        f"{low:3d}-{low + STAP - 1:<3d} {'█' * max(round(counts[low] / most * BREEDTE), 1 if counts[low] else 0)} {counts[low]}"
        for low in range(min(counts), max(counts) + STAP, STAP)
    ]


def _themes(scored: Sequence[tuple[float, Product]]) -> list[str]:
    by_theme: dict[str, list[float]] = defaultdict(list)
    for score, product in scored:
        by_theme[product.thema].append(score)
    return [
        f"| {thema} | {len(scores)} | {min(scores):.0f} | {median(scores):.0f} |"
        for thema, scores in sorted(by_theme.items())
    ]
