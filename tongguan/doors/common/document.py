# SPDX-License-Identifier: Apache-2.0
"""What the OpenAPI file says of headers: they are read by the doors, not by an operation's signature."""

from typing import Any, Final

#: Of an operation that changes what somebody else may have changed meanwhile.
VERSIONED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "required": True,
            "schema": {"type": "string", "pattern": '^"v[0-9]+"$', "title": "If-Match"},
            "description": "所依据的版本，即读取时的 ETag；已变则 412，缺少则 428",
            "example": '"v7"',
        }
    ]
}
#: Of an operation that looks at the version where one is given.
VERSION_SEEN: Final[dict[str, Any]] = {"parameters": [VERSIONED["parameters"][0] | {"required": False}]}
_KEY: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "title": "Idempotency-Key"},
    "description": "同一键只做一次，再次发送得到第一次的答复；键相同而内容不同则 409",
    "example": "5f1c7a52-1",
}
#: Changes that are the same however often they are sent, and questions that change nothing.
_PLAIN: Final = frozenset(
    {
        "sign_in",
        "call_help",
        "submit_entries",
        "sync_tasks",
        "change_password",
        "bulk_preview",
        "cancel_job",
        "inbox_read",
        "report_contact",
        "revisit_contact",
        "resume_detector",
        "department_events",
        "department_replay",
        "department_photos",
        "survey",
        "answer_survey",
        "ask_reopening",
        "track",
        "snap_photo",
        "snap_nearby",
        "try_sign",
        "try_evaluation_set",
    }
)


def with_headers(document: dict[str, Any]) -> dict[str, Any]:
    """Add ``Idempotency-Key`` to every POST that takes it; give the same document."""
    for methods in document["paths"].values():
        post = methods.get("post")
        if post is not None and post["operationId"] not in _PLAIN:
            listed = post.setdefault("parameters", [])
            if not any(known["name"] == _KEY["name"] for known in listed):
                listed.append(_KEY)
    return document
