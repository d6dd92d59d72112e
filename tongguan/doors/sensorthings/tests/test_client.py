# SPDX-License-Identifier: Apache-2.0
"""A public client library (frost-sta-client) against a running server, over real HTTP."""

from datetime import UTC, datetime, timedelta

import frost_sta_client as sta
import pytest
import requests

from tongguan.people import api as people
from tongguan.people.testing import cast
from tongguan.places.testing import square_city
from tongguan.sensing.testing import owned

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def declared(service):
    """A well with a place and a stream; gives both."""
    place = sta.Location(
        name="井位",
        description="井盖中心",
        location={"type": "Point", "coordinates": [121.005, 30.805]},
        encoding_type="application/geo+json",
    )
    well = sta.Thing(name="一号井", description="燃气井", properties={"code": "W-1"}, locations=[place])
    service.create(well)
    stream = sta.Datastream(
        name="甲烷",
        description="甲烷浓度",
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit_of_measurement=sta.UnitOfMeasurement(
            name="%LEL", symbol="%LEL", definition="http://example.org/lel"
        ),
        thing=well,
        sensor=sta.Sensor(name="探头", description="甲烷探头", encoding_type="text/plain", metadata="X1"),
        observed_property=sta.ObservedProperty(
            name="甲烷", definition="http://example.org/ch4", description="可燃气体"
        ),
    )
    service.create(stream)
    return well, stream


def half_told(stream):
    """A thing with a stream whose sensor lacks what it needs."""
    bad = sta.Datastream(
        name="半截",
        description="少一项",
        unit_of_measurement=stream.unit_of_measurement,
        observation_type=stream.observation_type,
        sensor=sta.Sensor(name="探头", encoding_type="text/plain", metadata=""),
        observed_property=stream.observed_property,
    )
    return sta.Thing(name="二号井", description="燃气井", datastreams=[bad])


def hourly(stream):
    """Two readings of a stream as a data array."""
    block = sta.model.ext.data_array_value.DataArrayValue()
    block.components = {
        sta.model.ext.data_array_value.DataArrayValue.Property.PHENOMENON_TIME,
        sta.model.ext.data_array_value.DataArrayValue.Property.RESULT,
    }
    block.datastream = stream
    for hour in (1, 2):
        block.add_observation(
            sta.Observation(phenomenon_time=(AT + timedelta(hours=hour)).isoformat(), result=20.0 + hour)
        )
    document = sta.model.ext.data_array_document.DataArrayDocument()
    document.add_data_array_value(block)
    return document


@pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated:DeprecationWarning")
def test_a_public_client_declares_tells_and_asks(live_server):
    people_cast = cast()
    square_city()
    token = people.issue_token(
        people_cast.secadmin, "FROST", ("sensors:read", "sensors:write", "readings:write"), "9901"
    )
    with owned():
        service = sta.SensorThingsService(
            f"{live_server.url}/api/sensorthings/v1.1", auth_handler=sta.AuthHandler("any", token)
        )
        well, stream = declared(service)
        for minute in range(5):
            told = sta.Observation(
                phenomenon_time=(AT + timedelta(minutes=minute)).isoformat(),
                result=10.0 + minute,
                datastream=stream,
            )
            service.create(told)

        found = service.things().query().filter("name eq '一号井'").expand("Datastreams,Locations").list()
        (again,) = list(found)
        assert again.properties == {"code": "W-1", "division": "990101001001", "active": True}
        assert [one.name for one in again.datastreams] == ["甲烷"]
        assert [one.location["coordinates"] for one in again.locations] == [[121.005, 30.805]]

        kept = service.datastreams().find(stream.id)
        rows = kept.get_observations().query().orderby("phenomenonTime", "asc").top(2).list()
        assert [one.result for one in rows] == [10, 11, 12, 13, 14]  # the client follows every next link
        some = kept.get_observations().query().filter("result gt 11 and result lt 14").count().list()
        assert (sorted(one.result for one in some), some.count) == ([12, 13], 2)

        with pytest.raises(requests.HTTPError) as refused:
            service.create(half_told(stream))
        assert "Datastreams[0].Sensor.description" in refused.value.response.text
        assert service.things().query().count().list().count == 1

        well.name = "一号井（更名）"
        service.update(well)
        assert service.things().find(well.id).name == "一号井（更名）"
        service.patch(well, [{"op": "replace", "path": "/description", "value": "已改"}])
        assert service.things().find(well.id).description == "已改"

        assert len(service.observations().create(hourly(stream))) == 2
        assert next(iter(kept.get_observations().query().top(1).list())).result == 22

        service.delete(stream)
        with pytest.raises(requests.HTTPError, match="404"):
            service.datastreams().find(stream.id)
        stranger = sta.SensorThingsService(
            f"{live_server.url}/api/sensorthings/v1.1", auth_handler=sta.AuthHandler("any", "tg_wrong")
        )
        with pytest.raises(requests.HTTPError, match="401"):
            stranger.things().query().list()
