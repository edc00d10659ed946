"""Keeping what a component learned in Rasa's model storage."""

from __future__ import annotations

from typing import Any

import joblib
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_FILE = "geleerd.joblib"


def save(model_storage: ModelStorage, resource: Resource, learned: Any) -> Resource:
    """Store a learned value under the component's resource."""
    with model_storage.write_to(resource) as directory:
        # Rasa packs a model at gzip's slowest level; what is packed already passes that in seconds instead of a minute.
        joblib.dump(learned, directory / _FILE, compress=("zlib", 1))
    return resource


def load(model_storage: ModelStorage, resource: Resource) -> Any:
    """The value that `save` stored. Raises ValueError when there is none."""
    with model_storage.read_from(resource) as directory:
        return joblib.load(directory / _FILE)
