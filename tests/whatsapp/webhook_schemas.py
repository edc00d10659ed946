"""JSON schemas of the webhooks that Meta describes: every kind of message, statuses and errors, with no other fields."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator

Json = dict[str, Any]

TEXT: Json = {"type": "string", "minLength": 1}
DIGITS: Json = {"type": "string", "pattern": r"^[0-9]{7,17}$"}
NUMBER_ID: Json = {"type": "string", "pattern": "^[0-9]+$"}
BSUID: Json = {"type": "string", "pattern": r"^[A-Z]{2}\.[A-Za-z0-9]{1,128}$"}
WAMID: Json = {"type": "string", "pattern": r"^wamid\."}
SECONDS: Json = {"type": "string", "pattern": r"^[0-9]{10}$"}
INTEGER: Json = {"type": "integer"}
BOOLEAN: Json = {"type": "boolean"}


def record(required: Json, optional: Json | None = None) -> Json:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def several(items: Json, least: int = 1) -> Json:
    return {"type": "array", "items": items, "minItems": least}


ERROR = record(
    {"code": INTEGER, "title": TEXT, "message": TEXT}, {"error_data": record({"details": TEXT}), "href": TEXT}
)
CONTACT = {
    **record({}, {"profile": record({"name": TEXT}), "wa_id": DIGITS, "user_id": BSUID}),
    "anyOf": [{"required": ["wa_id"]}, {"required": ["user_id"]}],
}
_FILE = {"id": NUMBER_ID, "mime_type": TEXT, "sha256": {"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"}}
_REPLY = {
    "oneOf": [
        record({"type": {"const": "button_reply"}, "button_reply": record({"id": TEXT, "title": TEXT})}),
        record(
            {
                "type": {"const": "list_reply"},
                "list_reply": record({"id": TEXT, "title": TEXT}, {"description": TEXT}),
            }
        ),
    ]
}
_CARD = record(
    {
        "name": record({"formatted_name": TEXT, "first_name": TEXT}),
        "phones": several(record({"phone": TEXT, "wa_id": DIGITS, "type": TEXT})),
    }
)
_PRODUCT = record(
    {
        "product_retailer_id": TEXT,
        "quantity": {"type": "integer", "minimum": 1},
        "item_price": {"type": "number"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    }
)
KINDS: dict[str, Json] = {
    "text": {"text": record({"body": TEXT})},
    "interactive": {"interactive": _REPLY},
    "button": {"button": record({"payload": TEXT, "text": TEXT})},
    "image": {"image": record(_FILE, {"caption": TEXT})},
    "video": {"video": record(_FILE, {"caption": TEXT})},
    "audio": {"audio": record({**_FILE, "voice": BOOLEAN})},
    "document": {"document": record(_FILE, {"caption": TEXT, "filename": TEXT})},
    "sticker": {"sticker": record({**_FILE, "animated": BOOLEAN})},
    "location": {
        "location": record(
            {
                "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                "longitude": {"type": "number", "minimum": -180, "maximum": 180},
            },
            {"name": TEXT, "address": TEXT},
        )
    },
    "contacts": {"contacts": several(_CARD)},
    "reaction": {"reaction": record({"message_id": WAMID}, {"emoji": TEXT})},
    "order": {"order": record({"catalog_id": TEXT, "text": {"type": "string"}, "product_items": several(_PRODUCT)})},
    "unsupported": {
        "errors": several({**ERROR, "properties": {**ERROR["properties"], "code": {"enum": [131051, 131060]}}}),
        "unsupported": record({"type": TEXT}),
    },
    "edit": {
        "edit": record(
            {
                "original_message_id": WAMID,
                "message": record({"type": {"const": "text"}, "text": record({"body": TEXT})}),
            }
        )
    },
    "revoke": {"revoke": record({"original_message_id": WAMID})},
    "system": {
        "system": {
            "oneOf": [
                record(
                    {"type": {"const": "user_changed_number"}, "body": TEXT, "wa_id": DIGITS},
                    {"user_id": BSUID, "previous_user_id": BSUID},
                ),
                record(
                    {
                        "type": {"const": "user_changed_user_id"},
                        "body": TEXT,
                        "user_id": BSUID,
                        "previous_user_id": BSUID,
                    }
                ),
            ]
        }
    },
}
"""Type of message → the fields that hold its content."""


def message(kind: str) -> Json:
    """A message of a type. It comes from a number, a BSUID or both."""
    fields = {"id": WAMID, "timestamp": SECONDS, "type": {"const": kind}, **KINDS[kind]}
    context = record({"id": WAMID}, {"from": DIGITS})
    known = record(fields, {"from": DIGITS, "from_user_id": BSUID, "context": context})
    return {**known, "anyOf": [{"required": ["from"]}, {"required": ["from_user_id"]}]}


_PRICING = record({"billable": BOOLEAN, "pricing_model": {"const": "PMP"}, "category": TEXT, "type": TEXT})
_STATUS_OPTIONS = {"recipient_id": DIGITS, "recipient_user_id": BSUID, "biz_opaque_callback_data": TEXT}
STATUS = {
    "oneOf": [
        record(
            {"id": WAMID, "timestamp": SECONDS, "status": {"enum": ["sent", "delivered", "read", "played"]}},
            {**_STATUS_OPTIONS, "pricing": _PRICING},
        ),
        record(
            {"id": WAMID, "timestamp": SECONDS, "status": {"const": "failed"}, "errors": several(ERROR)},
            _STATUS_OPTIONS,
        ),
    ],
    "anyOf": [{"required": ["recipient_id"]}, {"required": ["recipient_user_id"]}],
}
VALUE = {
    **record(
        {
            "messaging_product": {"const": "whatsapp"},
            "metadata": record({"display_phone_number": DIGITS, "phone_number_id": NUMBER_ID}),
        },
        {
            "contacts": several(CONTACT),
            "messages": several({"oneOf": [message(kind) for kind in KINDS]}),
            "statuses": several(STATUS),
            "errors": several(ERROR),
        },
    ),
    "anyOf": [{"required": [kind]} for kind in ("messages", "statuses", "errors")],
}
ENVELOPE = record(
    {
        "object": {"const": "whatsapp_business_account"},
        "entry": several(
            record({"id": TEXT, "changes": several(record({"field": {"const": "messages"}, "value": VALUE}))})
        ),
    }
)
_VALIDATOR = Draft7Validator(ENVELOPE)


def problems(envelope: Json) -> list[str]:
    """What in a webhook is not as described; empty is nothing."""
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in _VALIDATOR.iter_errors(envelope)]
