# SPDX-License-Identifier: Apache-2.0
"""Seats over TLS, and brokers that are killed: who is not known is not trusted, and work goes on."""

import ssl

import paho.mqtt.client as paho
import pytest

from tongguan.gateways.connection import Connection, Where
from tongguan.gateways.testing import Mosquitto, Shelf
from tongguan.gateways.tests.test_broker import KNOWN, said, seat, told
from tongguan.kernel.testing import until
from tongguan.vault.testing import certificate

pytestmark = pytest.mark.mosquitto


@pytest.fixture
def secured(tmp_path):
    """Give a broker that speaks nothing but TLS, and where the PEM of who signed its certificate lies."""
    broker = Mosquitto(tmp_path / "broker")
    cert, key = certificate(tmp_path)
    path = tmp_path / "broker" / "mosquitto.conf"
    path.write_text(f"{path.read_text()}certfile {cert}\nkeyfile {key}\n")
    broker.start()
    yield broker, cert
    broker.stop()


def where_of(broker, **about):
    return Where(host="127.0.0.1", port=broker.port, client="g", topics=("tg/#",), **about)


def test_readings_come_over_tls_by_the_citys_own_authority(tmp_path, secured):
    broker, cert = secured
    shelf = Shelf(tmp_path / "store", KNOWN)
    runner, notebook = seat(shelf, where_of(broker, tls=True, authority=cert.read_text()))
    runner.start()
    until(lambda: notebook.states == ["connected"])
    device = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    device.tls_set(ca_certs=str(cert))
    device.connect("127.0.0.1", broker.port)
    device.loop_start()
    for one in [device.publish(topic, body, qos=1) for topic, body in told("s", 0, 150)]:
        one.wait_for_publish(10)
    device.disconnect()
    device.loop_stop()
    until(lambda: len(shelf.rows()) == 150)
    runner.stop()
    runner.join(240)
    assert shelf.rows() == said(told("s", 0, 150))


def test_a_broker_whose_certificate_nobody_known_signed_is_not_trusted(secured):
    broker, _ = secured
    with pytest.raises(ssl.SSLCertVerificationError):
        Connection(where_of(broker, tls=True))


def test_a_certificate_of_another_name_is_not_trusted(secured):
    broker, cert = secured
    where = Where(
        host="localhost", port=broker.port, client="g", topics=("tg/#",), tls=True, authority=cert.read_text()
    )
    with pytest.raises(ssl.SSLCertVerificationError):
        Connection(where)


@pytest.fixture
def broker(tmp_path):
    """Give a broker that runs; it ends with the test, however that ends."""
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


def test_a_killed_broker_is_found_again_and_what_was_acknowledged_stays(tmp_path, broker, caplog):
    shelf = Shelf(tmp_path / "store", KNOWN)
    runner, notebook = seat(shelf, where_of(broker))
    runner.start()
    for life in range(4):
        until(lambda life=life: notebook.states.count("connected") == life + 1)
        device = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        device.connect("127.0.0.1", broker.port)
        device.loop_start()
        for one in [device.publish(topic, body, qos=1) for topic, body in told("k", 100 * life, 100)]:
            one.wait_for_publish(10)
        until(lambda life=life: len(shelf.rows()) == 100 * (life + 1))
        broker.kill()
        device.loop_stop()
        until(lambda: notebook.states[-1] == "failing")
        broker.start()
    runner.stop()
    runner.join(240)
    assert shelf.rows() == said(told("k", 0, 400))
    # Each loss is told anew: what went before was forgotten when work was done.
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 4
