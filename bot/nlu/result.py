"""Writing a decision on the message: intent, entities, and the explanation that editors see."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import keys
from bot.nlu.ontleding import Ontleding
from bot.search.acts import ANDERE_TAAL, NOODGEVAL, kind_of
from bot.search.decision import Beslissing, Drempels
from bot.search.features import TextFeatures
from bot.search.knowledge import Knowledge
from bot.search.searcher import Searcher, Vraag

GETOOND = 5
"""Products of the ranking that are kept in the parse result."""


def write_decision(message: Message, beslissing: Beslissing, ontleding: Ontleding, uitleg: Dict[str, Any]) -> None:
    """Set intent, entities and explanation on the message."""
    confidence = ontleding.acts.get(beslissing.act)
    if message.get(INTENT, {}).get("name") != beslissing.act:
        message.set(INTENT, {"name": beslissing.act, "confidence": confidence or 1.0}, add_to_output=True)
    entities = message.get(ENTITIES, []) + _entities(message, beslissing, ontleding)
    message.set(ENTITIES, entities, add_to_output=True)
    message.set(keys.BESLISSING, uitleg, add_to_output=True)


def _entities(message: Message, beslissing: Beslissing, ontleding: Ontleding) -> List[Dict[str, Any]]:
    values = [(keys.UITKOMST, beslissing.uitkomst.value)]
    if beslissing.product:
        values.append((keys.PRODUCT, beslissing.product))
    if beslissing.product or beslissing.kandidaten:
        values.append((keys.ASPECT, beslissing.aspect or keys.HEEL_ANTWOORD))
    values += [(keys.KANDIDAAT, product) for product in beslissing.kandidaten]
    if beslissing.waarde:
        values.append((keys.KEUZE, beslissing.waarde))
    if beslissing.tweede:
        values.append((keys.TWEEDE, beslissing.tweede))
    for act, entity in ((NOODGEVAL, keys.NOODSOORT), (ANDERE_TAAL, keys.TAAL)):
        kind = kind_of(act, ontleding.acts) if beslissing.act == act else None
        if kind:
            values.append((entity, kind))
    length = len(message.get(TEXT) or "")
    return [
        {
            ENTITY_ATTRIBUTE_TYPE: name,
            ENTITY_ATTRIBUTE_VALUE: value,
            ENTITY_ATTRIBUTE_START: 0,
            ENTITY_ATTRIBUTE_END: length,
            "extractor": "ProductRetriever",
        }
        for name, value in values
    ]


def explanation(
    beslissing: Beslissing,
    vraag: Vraag,
    searcher: Searcher,
    knowledge: Knowledge,
    features: TextFeatures,
    drempels: Drempels,
) -> Dict[str, Any]:
    """The decision and its reasons as plain values: ranking with certainty, thresholds, and why the best was found."""
    treffers = beslissing.ranking.treffers
    waarom: Dict[str, Any] = {}
    if treffers:
        waarom = searcher.explain(vraag, treffers[0].product)
        weights = searcher.model_weights(vraag, treffers[0].product)
        waarom["woorden"] = features.words_of(weights)
    return {
        "uitkomst": beslissing.uitkomst.value,
        "stap": beslissing.reden,
        "product": beslissing.product,
        "aspect": beslissing.aspect,
        "kandidaten": list(beslissing.kandidaten),
        "tweede": beslissing.tweede,
        "waarom": waarom,
        "geen": round(beslissing.ranking.geen, 4),
        "drempels": {
            "antwoord": drempels.antwoord,
            "gevoelig": drempels.gevoelig,
            "verduidelijking": drempels.verduidelijking,
        },
        "ranking": [
            {"product": treffer.product, "zekerheid": round(treffer.zekerheid, 4)} for treffer in treffers[:GETOOND]
        ],
    }
