"""Question → ranked products, aspect, certainty and outcome. Pure: no I/O, no Rasa, no web."""
