"""Trains with Rasa, as a process of its own: `python -m bot.cli.rasa_train FOLDER FILE`."""

from __future__ import annotations

import logging
import os
import sys

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> int:
    """Train; returns the exit status."""
    import structlog
    from rasa.model_training import train
    from rasa.utils.common import configure_logging_and_warnings

    from bot.settings import ROOT

    configure_logging_and_warnings(log_level=logging.INFO, warn_only_once=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))

    folder, name = sys.argv[1:3]
    result = train(
        domain=str(ROOT / "domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")],
        output=folder,
        # Rasa's cache saves nothing here: what takes long depends on the whole library, and our own stamp guards that.
        force_training=True,
        fixed_model_name=name.removesuffix(".tar.gz"),
    )
    return 0 if result.model and result.code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
