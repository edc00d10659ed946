"""Concepts: groups of the thesaurus, found in the words of a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from bot.catalog.thesaurus import Groep
from bot.search.text import Token


class Concepts:
    """Marks tokens with the concept that begins there; the longest phrase wins, and its words are used once."""

    def __init__(
        self, groepen: Sequence[Groep], tokenise: Callable[[str], list[Token]], base: Concepts | None = None
    ) -> None:
        """
        Args:
            groepen: the thesaurus.
            tokenise: the language pipeline, so that phrases are compared by the same lemmas as messages.
            base: concepts that go before these; a group of the same concept gives it more words.
        """
        self._phrases: dict[tuple[str, ...], str] = dict(base.phrases) if base else {}
        for groep in groepen:
            begrip = "_".join(token.woord for token in tokenise(groep.begrip))
            for phrase in groep.alle:
                lemmas = tuple(token.lemma for token in tokenise(phrase))
                if lemmas:
                    # Two spellings may share their lemmas (id-kaart, id kaart); the first group keeps the phrase.
                    self._phrases.setdefault(lemmas, begrip)
        self._longest = max((len(phrase) for phrase in self._phrases), default=0)

    @property
    def phrases(self) -> Mapping[tuple[str, ...], str]:
        """Lemmas of a phrase → its concept."""
        return MappingProxyType(self._phrases)

    def __call__(self, tokens: list[Token]) -> list[Token]:
        """The same tokens, those at which a phrase begins with their concept."""
        if not self._longest:
            return tokens
        lemmas = [token.lemma for token in tokens]
        marked = list(tokens)
        at = 0
        while at < len(lemmas):
            for size in range(min(self._longest, len(lemmas) - at), 0, -1):
                begrip = self._phrases.get(tuple(lemmas[at : at + size]))
                if begrip is not None:
                    marked[at] = replace(tokens[at], begrip=begrip)
                    at += size - 1
                    break
            at += 1
        return marked
