"""What the tables say, in sentences that follow from the figures: also when they are not in our favour."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.contenders import ENGINE, LIBRARY, PRODUCT_FILES
from bench.results import Installation, Measured, Outcome
from bench.statistics import paired_difference, percentile

TUNED = (
    "These are development questions: while this engine was made, its choices were tried on them. That favours it over "
    "contenders that nobody tuned here."
)
UNEQUAL = (
    "The contenders that learn from product files alone know less than this engine, which has the question library as "
    "well. They show what one gets without writing such a library, not what their method can do with it."
)
UNTRAINED = (
    "DIET and ResponseSelector got a bounded number of epochs so that training stays within minutes; Rasa's default is "
    "300. More may raise them."
)
BUSY = "Times were taken on a shared machine; differences of some tens of percents mean nothing."


def reading(measured: Measured) -> list[str]:
    """The reading of the tables of contenders."""
    good = [outcome for outcome in measured.outcomes if outcome.first]
    lines = []
    if measured.questions:
        share = 100 / measured.questions
        lines.append(f"One question is {share:.1f} percentage point; differences within the intervals are noise.")
    engine = next((one for one in good if one.contender.name == ENGINE), None)
    if engine:
        others = [one for one in good if one is not engine]
        for learns_from, name in ((LIBRARY, "the same questions"), (PRODUCT_FILES, "product files alone")):
            rivals = [one for one in others if one.contender.learns_from == learns_from]
            if rivals:
                lines.append(_against(engine, max(rivals, key=lambda one: sum(one.first)), name))
        lines += _costs(engine, others)
    if any(one.contender.learns_from == PRODUCT_FILES for one in good) and engine:
        lines.append(UNEQUAL)
    if engine:
        lines.append(TUNED)
    if any(one.contender.module == "rasa_diet" for one in good):
        lines.append(UNTRAINED)
    lines.append(BUSY)
    lines += [f"{one.contender.title} was not measured: {one.problem}." for one in measured.outcomes if one.problem]
    return lines


def rest_reading(installation: Installation) -> list[str]:
    """The reading of the figures over REST."""
    lines = []
    fresh = {load.clients: load for load in installation.loads if not load.fixed_sender and load.milliseconds}
    if len(fresh) > 1:
        few, many = fresh[min(fresh)], fresh[max(fresh)]
        gain = (len(many.milliseconds) / many.seconds) / (len(few.milliseconds) / few.seconds)
        longer = _ratio(many.milliseconds, few.milliseconds)
        lines.append(
            f"With {many.clients} clients instead of {few.clients} there are {gain:.1f} times as many turns per second "
            f"and a turn takes {longer:.1f} times as long. The engine is one process; clients share its processor time."
        )
    errors = sum(load.errors for load in installation.loads)
    if installation.loads:
        lines.append(f"**{errors} turn{'s' * (errors > 1)} failed.**" if errors else "No turn failed.")
    if installation.edits:
        longest = max(edit.live_seconds for edit in installation.edits)
        promise = "within" if longest <= 2 else "**not within**"
        lines.append(f"The slowest change was answered {longest:.2f} s after its import, {promise} the promised 2 s.")
    return lines


def _against(engine: Outcome, rival: Outcome, what: str) -> str:
    mean, low, high = paired_difference(engine.first, rival.first)
    points, interval = abs(mean) * 100, f"95%: {low * 100:+.1f} to {high * 100:+.1f}"
    if low > 0:
        verdict = f"this engine puts the right product first {points:.1f} percentage points more often ({interval})"
    elif high < 0:
        verdict = f"this engine is **worse**, by {points:.1f} percentage points ({interval})"
    else:
        verdict = f"these questions show no difference ({mean * 100:+.1f} points; {interval})"
    return f"Beside the best that learns from {what} ({rival.contender.title}) {verdict}."


def _costs(engine: Outcome, others: Sequence[Outcome]) -> list[str]:
    lines = []
    measures: tuple[tuple[str, str, Callable[[Outcome], float | None]], ...] = (
        ("a question takes {:,.1f} ms (median)", "quicker", lambda one: percentile(one.milliseconds, 50)),
        ("memory is {:,.0f} MB", "smaller", lambda one: one.rss_mb),
        ("training takes {:,.0f} s", "quicker to build", lambda one: one.build_seconds),
        ("the start takes {:,.1f} s", "quicker", lambda one: one.start_seconds),
    )
    for text, word, value in measures:
        own = value(engine)
        compared = [(found, one) for one in others if (found := value(one)) is not None]
        if own is None or not compared:
            continue
        less, least = min(compared, key=lambda pair: pair[0])
        count = sum(found < own for found, _ in compared)
        sentence = f"Of this engine {text.format(own)}; {count} of {len(compared)} others are {word}"
        sentence += f", {least.contender.title} most ({less:,.2f})." if count else "."
        lines.append(sentence)
    return lines


def _ratio(these: Sequence[float], those: Sequence[float]) -> float:
    return (percentile(these, 50) or 0.0) / (percentile(those, 50) or 1.0)
