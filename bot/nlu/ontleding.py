"""What the components of the pipeline learn of one message, handed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Optional

from rasa.shared.nlu.training_data.message import Message
from scipy import sparse

from bot.nlu.keys import ONTLEDING
from bot.search.features import TextFeatures
from bot.search.text import Token


@dataclass
class Ontleding:
    """The analysis of one message; each component fills its part."""

    tokens: List[Token]
    vector: Optional[sparse.csr_matrix] = None
    """(1, features), by QuestionFeaturizer."""
    features: Optional[TextFeatures] = None
    """The features themselves, so that later components can compare other texts with the message."""
    acts: Dict[str, float] = field(default_factory=dict)
    """Share per dialogue act and kind, by DialogueActClassifier."""

    def fingerprint(self) -> str:
        """For Rasa's cache: all else follows from the words and from components with fingerprints of their own."""
        return " ".join(token.woord for token in self.tokens)


def ontleding_of(message: Message) -> Ontleding:
    """The analysis that the components before have set."""
    ontleding = message.get(ONTLEDING)
    assert isinstance(ontleding, Ontleding), "DutchNlp must come first in the pipeline"
    return ontleding
