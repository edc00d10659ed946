"""The contenders: one module each (some in two forms), and this list, in the order of the report."""

from __future__ import annotations

from dataclasses import dataclass

PRODUCT_FILES = "product files"
LIBRARY = "product files and question library"
ENGINE = "engine"


@dataclass(frozen=True)
class Contender:
    """One row of the report."""

    name: str
    title: str
    module: str
    """Module in this package; see `bench.task.ContenderModule`."""
    learns_from: str
    how: str
    """What it is, in a sentence or two for the report."""
    variant: str = ""
    optional: bool = False
    """Whether it runs only when asked for."""
    cleans: bool = False
    """Whether its module has `clean(task)`, for what it leaves outside its folder."""


CONTENDERS = (
    Contender(
        ENGINE,
        "This engine",
        "engine",
        LIBRARY,
        "The whole Rasa parse of a message, as in the product: masking, language pipeline, dialogue act, ranking and "
        "decision, through `bot.cli.engine.Engine`. It also learns from examples of dialogue acts and messages out of "
        "scope, and fits its certainties on questions held apart. Its ranking is taken also when it would ask back.",
    ),
    Contender(
        "rasa-diet",
        "Rasa DIET + ResponseSelector",
        "rasa_diet",
        PRODUCT_FILES,
        "Rasa's own way to answer frequently asked questions: WhitespaceTokenizer, CountVectorsFeaturizer (words, and "
        "pieces of 1-4 characters within words), DIETClassifier over the intents (`faq` and the dialogue acts of this "
        "project) and a ResponseSelector over `faq/<product>`, whose ranking is taken.",
        variant="products",
    ),
    Contender(
        "rasa-diet-bibliotheek",
        "Rasa DIET + ResponseSelector, with library",
        "rasa_diet",
        LIBRARY,
        "The same, with the question library added and as many times fewer epochs, so that it takes as many steps.",
        variant="library",
        optional=True,
    ),
    Contender(
        "bm25",
        "BM25 (bm25s)",
        "bm25",
        PRODUCT_FILES,
        "The package bm25s with its own parameters over whole product texts; words without accents and stop words, not "
        "stemmed. Its index is kept on disk.",
    ),
    Contender(
        "sqlite-fts5",
        "SQLite FTS5",
        "sqlite_fts5",
        PRODUCT_FILES,
        "One row per product, one column per field, tokenizer `unicode61 remove_diacritics 2`; an OR query of the "
        "quoted content words, ordered by `bm25()` with the field weights of this project's own field search.",
    ),
    Contender(
        "postgresql",
        "PostgreSQL full text",
        "postgresql",
        PRODUCT_FILES,
        "Configuration `dutch` (stop words and Snowball stemmer), fields weighted A-D as in this project's own field "
        "search, GIN index, an OR query of the lexemes, ordered by `ts_rank` with length normalisation 1. Server on the "
        "same machine.",
        cleans=True,
    ),
    Contender(
        "rapidfuzz-wratio",
        "RapidFuzz WRatio",
        "fuzzy",
        PRODUCT_FILES,
        "The best `WRatio` with any name, synonym or example question of a product.",
        variant="WRatio",
    ),
    Contender(
        "rapidfuzz-token-set",
        "RapidFuzz token_set_ratio",
        "fuzzy",
        PRODUCT_FILES,
        "The best `token_set_ratio` with any name, synonym or example question of a product.",
        variant="token_set_ratio",
    ),
    Contender(
        "tfidf",
        "TF-IDF + linear SVM",
        "tfidf",
        PRODUCT_FILES,
        "scikit-learn: TF-IDF of words (1-2) and of pieces of 2-5 characters within words, and LinearSVC.",
        variant="products",
    ),
    Contender(
        "tfidf-bibliotheek",
        "TF-IDF + linear SVM, with library",
        "tfidf",
        LIBRARY,
        "The same, trained on all that this engine's question model learns from; features that occur once are left "
        "out. What the engine gains over this row comes from its own ranking, not from more data.",
        variant="library",
    ),
)
NAMES = tuple(contender.name for contender in CONTENDERS)
