"""Domain, rules, training data and texts agree with each other and with the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.nlg.texts import knoppen
from bot.search.decision import Uitkomst
from bot.settings import ROOT

ACTS = [
    "vraag_product",
    "begroeting",
    "afscheid",
    "bedankt",
    "bevestigen",
    "ontkennen",
    "medewerker_spreken",
    "zaakstatus",
    "afspraak_maken",
    "afspraak_verzetten",
    "afspraak_annuleren",
    "terugbelverzoek",
    "klacht_over_bot",
    "ben_je_een_robot",
    "opnieuw_beginnen",
    "andere_taal",
    "noodgeval",
    "buiten_scope",
]
LANGUAGES = {"en", "de", "fr", "tr", "pl", "ar", "uk"}


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def domain() -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in (ROOT / "domain").glob("*.yml"):
        for key, value in load(path).items():
            known = merged.get(key)
            if isinstance(known, dict):
                assert not set(known) & set(value), f"{path} zegt iets dat er al stond"
                merged[key] = known | value
            else:
                merged[key] = [*known, *value] if isinstance(known, list) else value
    return merged


def rules() -> list[dict[str, Any]]:
    return [rule for path in (ROOT / "data" / "rules").glob("*.yml") for rule in load(path)["rules"]]


def examples() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        for item in load(path)["nlu"]:
            given = item["examples"]
            lines = given if isinstance(given, list) else re.findall(r"^- (.*)$", given, re.MULTILINE)
            found.setdefault(item["intent"], []).extend(lines)
    return found


def test_the_dialogue_acts_are_the_agreed_ones() -> None:
    assert sorted(next(iter(one)) for one in domain()["intents"]) == sorted(ACTS)


def test_every_act_has_a_rule_and_every_rule_an_existing_action() -> None:
    ruled = {step["intent"] for rule in rules() for step in rule["steps"] if "intent" in step}
    assert ruled == set(ACTS)
    built_in = {"action_restart", "action_listen", "action_deactivate_loop"}
    known = set(domain()["responses"]) | set(domain()["actions"]) | set(domain()["forms"]) | built_in
    assert {step["action"] for rule in rules() for step in rule["steps"] if "action" in step} <= known


def test_every_custom_action_of_the_domain_exists_and_the_reverse() -> None:
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    own = {name for name in executor.actions if name.startswith(("action_", "validate_"))}
    assert own == set(domain()["actions"])


@pytest.mark.parametrize("act", [act for act in ACTS if act not in ("vraag_product", "buiten_scope")])
def test_every_act_has_many_different_examples(act: str) -> None:
    texts = [(item["text"] if isinstance(item, dict) else item).lower() for item in examples()[act]]
    assert len(set(texts)) >= 150
    assert len(set(texts)) == len(texts), "an example stands there twice"


def test_the_outcomes_of_the_slot_are_those_of_the_code() -> None:
    assert set(domain()["slots"]["uitkomst"]["values"]) == {one.value for one in Uitkomst}


def test_danger_has_its_kinds_and_other_languages_their_texts() -> None:
    assert {item["metadata"]["soort"] for item in examples()["noodgeval"]} == {"112", "zelfmoord", "geweld"}
    answered = {
        condition["value"]
        for variation in domain()["responses"]["utter_andere_taal"]
        for condition in variation.get("condition", [])
    }
    assert answered >= LANGUAGES
    assert {item["metadata"]["taal"] for item in examples()["andere_taal"]} >= LANGUAGES


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [(None, ["112", "113", "0800-2000"]), ("zelfmoord", ["112", "113", "0800-0113"]), ("geweld", ["112", "0800-2000"])],
)
def test_danger_texts_have_the_right_numbers(kind: str | None, numbers: list[str]) -> None:
    for variation in domain()["responses"]["utter_noodgeval"]:
        kinds = [condition["value"] for condition in variation.get("condition", [])]
        if kinds == ([kind] if kind else []):
            assert all(number in variation["text"] for number in numbers)
            return
    pytest.fail(f"no text for {kind}")


def test_button_titles_fit_whatsapp_and_differ() -> None:
    titles = [*knoppen()["aspect"].values(), knoppen()["medewerker"], knoppen()["geen_van_deze"]]
    assert len(set(titles)) == len(titles)
    for variations in domain()["responses"].values():
        for buttons in (variation.get("buttons", []) for variation in variations):
            titles += [button["title"] for button in buttons]
            assert len({button["title"] for button in buttons}) == len(buttons)
    assert all(len(title) <= 20 for title in titles)


def test_every_slot_of_a_form_has_its_question() -> None:
    for form, fields in domain()["forms"].items():
        for slot in fields["required_slots"]:
            asked = {f"utter_ask_{form}_{slot}", f"action_ask_{form}_{slot}"}
            assert asked & (set(domain()["responses"]) | set(domain()["actions"])), (form, slot)


def test_buttons_of_responses_lead_to_an_act() -> None:
    for name, variations in domain()["responses"].items():
        for variation in variations:
            for button in variation.get("buttons", []):
                assert button["payload"] in ACTS, name


def test_resident_facing_words_are_not_in_python() -> None:
    """Actions name a response; they write no text of their own."""
    for path in (ROOT / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "utter_message":
                assert not node.args, path
                assert not {keyword.arg for keyword in node.keywords} & {"text", "buttons", "image", "attachment"}, path
                assert "response" in {keyword.arg for keyword in node.keywords}, path
