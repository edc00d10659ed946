"""Keeping what a component learned in Rasa's model storage."""

from __future__ import annotations

import gzip
import pickle
from typing import Any

from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

_FILE = "geleerd.pickle.gz"


def save(model_storage: ModelStorage, resource: Resource, learned: Any) -> Resource:
    """Store a learned value under the component's resource."""
    # Rasa packs a model at gzip's slowest level; what is packed already passes that in seconds instead of a minute.
    with model_storage.write_to(resource) as directory, gzip.open(directory / _FILE, "wb", compresslevel=1) as file:
        pickle.dump(learned, file, protocol=pickle.HIGHEST_PROTOCOL)
    return resource


def load(model_storage: ModelStorage, resource: Resource) -> Any:
    """The value that `save` stored. Raises ValueError when there is none."""
    with model_storage.read_from(resource) as directory, gzip.open(directory / _FILE, "rb") as file:
        return pickle.load(file)  # noqa: S301 (our own model, like all that Rasa loads)
