"""From the words of a message to its decision: everything that was learned, the live texts and the conversation together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scipy import sparse

from bot.search.acts import VRAAG_PRODUCT, total_per_act
from bot.search.decision import Bericht, Beslissing, Drempels, Gesprek, decide
from bot.search.dutch import Dutch
from bot.search.features import TextFeatures
from bot.search.knowledge import Knowledge
from bot.search.needs import last_sentence
from bot.search.searcher import Ranking, Searcher, Vraag
from bot.search.text import Token

VERS = Gesprek()
"""A conversation in which nothing was said."""


@dataclass(frozen=True)
class Omgeving:
    """What a message is understood by."""

    knowledge: Knowledge
    features: TextFeatures
    searcher: Searcher
    dutch: Dutch
    drempels: Drempels


def understand(
    tekst: str,
    tokens: Sequence[Token],
    vector: sparse.csr_matrix,
    acts: Mapping[str, float],
    omgeving: Omgeving,
    *,
    gesprek: Gesprek = VERS,
    zaaknummer: bool = False,
    afspraak_over: Callable[[], str] = lambda: "",
) -> tuple[Beslissing, Vraag]:
    """What happens with a message, and the message as it was searched with.

    Args:
        tekst: the message.
        tokens, vector: its words and features.
        acts: share per dialogue act and kind.
        omgeving: what was learned, and the live texts, words and thresholds of the municipality.
        gesprek: what was said before.
        zaaknummer: whether a case number stands in it.
        afspraak_over: the message without the words about an appointment.
    """
    knowledge, features, searcher = omgeving.knowledge, omgeving.features, omgeving.searcher
    vraag = Vraag(tokens, vector, knowledge.scope.shares(vector))

    def zoek(text: str) -> Ranking:
        words = omgeving.dutch(text)
        return searcher.rank(Vraag(words, features([words]), {VRAAG_PRODUCT: 1.0}), knowledge.ranker)

    beslissing = decide(
        Bericht(
            tekst=tekst,
            tokens=tokens,
            acts=total_per_act(dict(acts)),
            # A bare word asks for no single aspect.
            aspect=_aspect(tekst, vector, omgeving) if len(tokens) > 1 else None,
            ranking=searcher.rank(vraag, knowledge.ranker),
            gesprek=gesprek,
            drempels=omgeving.drempels,
            products=searcher.products,
            zoek=zoek,
            genoemd=searcher.named(tokens),
            voorbeeld=searcher.asked(tokens),
            afspraak_over=afspraak_over,
            zaaknummer=zaaknummer,
        )
    )
    return beslissing, vraag


def _aspect(tekst: str, vector: sparse.csr_matrix, omgeving: Omgeving) -> str | None:
    last = last_sentence(tekst)
    of_last = omgeving.features([omgeving.dutch(last)]) if last else None
    return omgeving.knowledge.aspects.aspect(vector, of_last)
