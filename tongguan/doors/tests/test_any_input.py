# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent to any operation: an answer the interface file announces, and never a 5xx."""

import hypothesis
import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.doors.testing import SCOPES, one_connection, session_cookies
from tongguan.people import api as people

pytestmark = pytest.mark.django_db

FACES = ("/api/partner/v1", "/api/desk", "/api/citizen")
#: PostgreSQL refuses more than SQLite does.
EXAMPLES = 5 if connection.vendor == "postgresql" else 2
#: Signing out would end the session that the others need.
APART = {"sign_out", "change_password"}
QUIETLY = {
    "max_examples": EXAMPLES,
    "derandomize": True,
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def operations():
    """Give (face, operation) of every operation of every face."""
    for base in FACES:
        schema = schemathesis.openapi.from_wsgi(f"{base}/openapi.json", get_wsgi_application())
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.definition.raw.get("operationId") not in APART:
                yield pytest.param(base, operation, id=f"{operation.method.upper()} {operation.full_path}")


def sent(case, base, token, cookies, csrf, case_id):
    """Send it as somebody who may: a chief of the city, or a system with every scope."""
    if case_id and "case_id" in (case.path_parameters or {}):
        case.path_parameters["case_id"] = case_id
    case.headers = {
        k: v for k, v in (case.headers or {}).items() if k.lower() not in {"authorization", "cookie"}
    }
    if base == "/api/partner/v1":
        return case.call(headers={"Authorization": f"Bearer {token}", "If-Match": '"v1"'})
    return case.call(headers={"X-CSRFToken": csrf, "If-Match": '"v1"'}, cookies=cookies)


@pytest.mark.parametrize(("base", "operation"), list(operations()))
def test_no_input_breaks_an_operation(people_cast, settings, base, operation):
    names = ("partner", "desk", "citizen", "export", "files", "sign_in", "wrong_token")
    settings.RATES = dict.fromkeys(names, (1e6, 1_000_000))
    token = people.issue_token(people_cast.secadmin, "任意输入", SCOPES, "9901")
    cookies, csrf = session_cookies(people_cast.user("city_chief"))
    new = NewCase(item_code="01001", title="井盖", text="破损", division="990101001001", source="hotline")
    (opened,) = cases.open_cases(people_cast.acceptor, [new])
    announced = {int(status) for status in operation.definition.raw["responses"] if str(status).isdigit()}
    modes = st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)
    )

    @hypothesis.settings(**QUIETLY)
    @hypothesis.seed(20260501)
    @hypothesis.given(case=modes, real=st.booleans())
    def probe(case, real):
        response = sent(case, base, token, cookies, csrf, str(opened.id) if real else "")
        assert response.status_code < 500, (response.status_code, response.text, case.as_curl_command())
        assert response.status_code in announced | {304, 405}, (response.status_code, response.text)

    with one_connection():
        probe()
