# SPDX-License-Identifier: Apache-2.0
"""A public client library (georeport) against a running server, over real HTTP, in both formats."""

import pytest
import requests
from georeport import GeoReport

from tongguan.catalog import api as catalog
from tongguan.doors.georeport.answering import limit
from tongguan.doors.testing import SCOPES
from tongguan.intake import api as intake
from tongguan.people import api as people
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_public_client_reads_services_definitions_and_requests(people_cast, live_server, form):
    square_city()
    catalog.load_standards(PLATFORM)
    limit.clear()
    found = requests.get(f"{live_server.url}/open311/discovery.json", timeout=30).json()
    (endpoint,) = found["endpoints"]
    client = GeoReport(endpoint["url"], jurisdiction="9901", output_format=form)

    services = {one["service_code"]: one for one in client.get_service_list()}
    assert services["01003"]["service_name"] == "雨水井盖异常"
    assert services["01003"]["type"] == "batch"
    definition = client.get_service_definition("01003")
    assert definition["service_code"] == "01003"
    attributes = definition["attributes"] if form == "json" else definition["attributes"]["attribute"]
    assert [one["code"] for one in attributes] == ["condition", "secret"]

    # The client only reads; the example form of the standard tells, with our codes and place.
    told = {
        "api_key": people.issue_token(people_cast.secadmin, "App", SCOPES, "9901"),
        "jurisdiction_id": "9901",
        "service_code": "01003",
        "lat": "30.805",
        "long": "121.005",
        "address_string": "1234 5th street",
        "email": "smit333@sfgov.edu",
        "device_id": "tt222111",
        "account_id": "123456",
        "first_name": "john",
        "last_name": "smith",
        "phone": "111111111",
        "description": "A large sinkhole is destroying the street",
        "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
    }
    answer = requests.post(f"{endpoint['url']}/requests.{form}", data=told, timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (
        201,
        {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}[form],
    )
    intake.triage_batch(10)

    shown = client.get_service_requests(service_code="01003", status="open")
    one = shown[0] if form == "json" else shown
    again = client.get_service_request(one["service_request_id"])
    assert again == one
    assert (float(one["lat"]), float(one["long"]), one["status"]) == (30.805, 121.005, "open")
    assert one["address"] == "1234 5th street"
    by_number = client.get_service_requests(service_request_id=one["service_request_id"])
    assert (by_number[0] if form == "json" else by_number) == one
    with pytest.raises(requests.HTTPError, match="404"):
        client.get_service_definition("none")
