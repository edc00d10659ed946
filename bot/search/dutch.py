"""The Dutch language pipeline: words and their lemmas.

`nl_core_news_md` when it is installed; otherwise spaCy's blank Dutch tokenizer with the lookup lemmas of
`spacy-lookups-data`. Both give the same kind of tokens, so everything above works with either.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import spacy
from spacy.language import Language

from bot.catalog.thesaurus import THESAURUS, Groep, read_thesaurus
from bot.search.concepts import Concepts
from bot.search.text import Token, clean, fold

MODEL = "nl_core_news_md"


class Dutch:
    """Turns a message into tokens. `naam` says which of the two pipelines serves."""

    def __init__(self, nlp: Language, naam: str, thesaurus: Sequence[Groep] = ()) -> None:
        self._nlp = nlp
        self.naam = naam
        self._concepts = Concepts(thesaurus, lambda text: _tokens(nlp(clean(text))))

    def __call__(self, text: str) -> list[Token]:
        """Tokens of one text; never raises, an empty text gives an empty list."""
        return self._concepts(_tokens(self._nlp(clean(text))))

    def many(self, texts: Sequence[str]) -> list[list[Token]]:
        """Tokens of many texts, faster than one at a time."""
        docs = self._nlp.pipe((clean(text) for text in texts), batch_size=512)
        return [self._concepts(_tokens(doc)) for doc in docs]

    def with_groups(self, groepen: Sequence[Groep]) -> Dutch:
        """The same pipeline with more groups of the thesaurus; this one stays as it is."""
        other = copy.copy(self)
        other._concepts = Concepts(groepen, lambda text: _tokens(self._nlp(clean(text))), self._concepts)
        return other

    def marked(self, tokens: Sequence[Token]) -> list[Token]:
        """Tokens that the same pipeline made with other groups, marked with the concepts of these."""
        return self._concepts([token if token.begrip is None else replace(token, begrip=None) for token in tokens])

    @property
    def phrases(self) -> Mapping[tuple[str, ...], str]:
        """Lemmas of a phrase of the thesaurus → its concept."""
        return self._concepts.phrases


@lru_cache(maxsize=4)
def load_dutch(model: str = MODEL, thesaurus: Path = THESAURUS) -> Dutch:
    """The best pipeline on this machine, shared within the process. Raises ContentError for a broken thesaurus."""
    groepen = read_thesaurus(thesaurus)
    if spacy.util.is_package(model):
        return Dutch(spacy.load(model, disable=["parser", "ner"]), model, groepen)
    nlp = spacy.blank("nl")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    nlp.initialize()
    return Dutch(nlp, "eigen pijplijn (spaCy nl, lemma's uit spacy-lookups-data)", groepen)


def _tokens(doc: object) -> list[Token]:
    return [
        Token(fold(token.text), fold(token.lemma_ or token.text))
        for token in doc  # type: ignore[attr-defined]
        if any(char.isalnum() for char in token.text)
    ]
