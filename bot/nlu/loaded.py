"""What this process has loaded of the trained model, for whoever asks about it beside a conversation.

Each component leaves its part here when Rasa loads it; a newly loaded model replaces it part by part.
"""

from __future__ import annotations

from typing import Optional

from bot.nlu.living import LiveSearch
from bot.search.acts import ActModel
from bot.search.batch import Geleerd
from bot.search.features import TextFeatures
from bot.search.knowledge import Knowledge


class NotLoaded(LookupError):
    """The model is not (wholly) loaded in this process."""


class _Loaded:
    features: Optional[TextFeatures] = None
    acts: Optional[ActModel] = None
    knowledge: Optional[Knowledge] = None
    live: Optional[LiveSearch] = None


_loaded = _Loaded()


def keep_features(features: TextFeatures) -> None:
    """By QuestionFeaturizer."""
    _loaded.features = features


def keep_acts(acts: ActModel) -> None:
    """By DialogueActClassifier."""
    _loaded.acts = acts


def keep_search(knowledge: Knowledge, live: LiveSearch) -> None:
    """By ProductRetriever."""
    _loaded.knowledge, _loaded.live = knowledge, live


def learned() -> Geleerd:
    """All that was learned. Raises NotLoaded."""
    if _loaded.features is None or _loaded.acts is None or _loaded.knowledge is None:
        raise NotLoaded
    return Geleerd(_loaded.features, _loaded.acts, _loaded.knowledge)


def live_search() -> LiveSearch:
    """The searchers of the loaded model. Raises NotLoaded."""
    if _loaded.live is None:
        raise NotLoaded
    return _loaded.live
