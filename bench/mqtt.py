# SPDX-License-Identifier: Apache-2.0
"""MQTT in: messages of QoS 1 through a Mosquitto of its own, decoded, judged, stored, then acknowledged.

Prints one JSON line per figure: one reading per message, a hundred per message, and beside them, in the
same run, subscribers that only acknowledge: this platform's own connection and paho-mqtt. ``--messages N``,
``--streams N``, ``--window N`` (messages a publisher has under way). Everything on loopback, on the same
cores: the publisher and the broker take their share. Goal: 20,000 readings/s of one reading each; ThingsBoard
publishes 3,333 points/s on 4 vCPU with PostgreSQL.
"""

import argparse
import json
import os
import platform
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN_MS = 1_790_000_000_000
DECLARED = {"topic": "tg/{thing}/{property}", "value": "v", "time": "t"}
MANY = {"key": "k", "records": "r", "value": "v", "time": "t"}


def bodies(kind: str, count: int, streams: int) -> Iterator[tuple[str, bytes]]:
    """Give messages: ``one`` reading each, or ``many``: a hundred."""
    if kind == "one":
        for n in range(count):
            yield f"tg/d{n % streams}/p", b'{"v": %d.5, "t": %d}' % (n % 90, BEGIN_MS + n // streams * 1000)
        return
    for n in range(count):
        first = n * 100
        records = [
            {"k": f"d{k % streams}/p", "v": k % 90 + 0.25, "t": BEGIN_MS + k // streams * 1000}
            for k in range(first, first + 100)
        ]
        yield "tg/many", json.dumps({"r": records}).encode()


def publish(port: int, kind: str, count: int, streams: int, window: int) -> None:
    """Publish and wait for every answer; the publisher's own cost is kept small by sending in bulk."""
    from tongguan.gateways import wire

    line, inbox = socket.create_connection(("127.0.0.1", port)), wire.Inbox()
    line.sendall(wire.connect("bench-device"))
    inbox.feed(line.recv(4096))
    packets = [
        wire.publish(topic, body, qos=1, number=n % 65_000 + 1)
        for n, (topic, body) in enumerate(bodies(kind, count, streams))
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    sent = answered = 0
    while answered < count:
        room = min(sent + window // 4, count)
        if sent < room and sent - answered <= window:
            line.sendall(b"".join(packets[sent:room]))
            sent = room
            continue
        answered += len(inbox.feed(line.recv(1 << 18))[1])
    line.close()


class Counting:
    """Waits for a number of things."""

    def __init__(self, wanted: int) -> None:
        """Begin at nought."""
        self.count, self._wanted, self.done = 0, wanted, threading.Event()

    def add(self, more: int) -> None:
        """Count."""
        self.count += more
        if self.count >= self._wanted:
            self.done.set()


def measured(
    port: int, kind: str, asked: argparse.Namespace, counting: Counting, name: str
) -> dict[str, object]:
    """Let a publisher run against whoever listens; give the figures of this process."""
    count = asked.messages if kind == "one" else max(asked.messages // 50, 1)
    command = [sys.executable, __file__, "--publish", kind, "--port", str(port)]
    command += ["--messages", str(count), "--streams", str(asked.streams), "--window", str(asked.window)]
    publisher = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert publisher.stdout is not None  # noqa: S101 - it is a pipe
    assert publisher.stdin is not None  # noqa: S101 - it is a pipe
    publisher.stdout.readline()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    publisher.stdin.write(b"go\n")
    publisher.stdin.flush()
    whole = counting.done.wait(300)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    publisher.wait(60)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "figure": name,
        "messages": count,
        "messages_per_second": round(count / seconds),
        "cpu_us_per_message": round(cpu / count * 1e6, 1),
        "whole": whole,
    }


def gateway(port: int, kind: str, asked: argparse.Namespace, folder: Path) -> None:
    """Measure the whole way: connection, decoder, keys, buckets, quality, column store, acknowledgement."""
    import numpy as np

    from tongguan.gateways.connection import Where
    from tongguan.gateways.flood import Buckets
    from tongguan.gateways.resolving import Known, Resolver
    from tongguan.gateways.running import Runner
    from tongguan.gateways.spi import decoders
    from tongguan.gateways.taking import Gate, Taken
    from tongguan.kernel.frames import Frame
    from tongguan.sensing import api as sensing
    from tongguan.sensing.contracts import Declared
    from tongguan.sensing.testing import owned

    readings = asked.messages if kind == "one" else max(asked.messages // 50, 1) * 100
    counting, times, sizes = Counting(readings), [], []
    keys = {("one", n): (f"d{n}", "p") if kind == "one" else f"d{n}/p" for n in range(asked.streams)}
    numbers = {key: Known(n + 1, "") for (_, n), key in keys.items()}

    class Register:
        """All streams of the bench, known by their keys; readings go to sensing."""

        def streams(self, wanted: object, _division: str) -> dict[object, Known]:
            return {key: numbers[key] for key in wanted}  # type: ignore[index, attr-defined]

        def conversion(self, _told: str, _unit: str) -> None:
            return None

        def stamp(self) -> str:
            return ""

        def take(self, frame: Frame) -> None:
            began = time.perf_counter()
            receipt = sensing.take(frame)
            times.append((time.perf_counter() - began) * 1000)
            sizes.append(len(frame))
            counting.add(receipt.kept + receipt.again)

    class Nobody:
        """Writes no figures."""

        def keep(self, taken: Taken) -> None:
            raise RuntimeError(taken)

        def tell(self, *_: object) -> None:
            pass

        connected = failing = tell

    rows = [(n + 1, 0.0, 100.0, 1.0) for n in range(asked.streams)]
    register = Register()
    gate = Gate(
        decoders.get("json").reader(DECLARED if kind == "one" else MANY), register, Resolver(register, ""),
        Buckets(1e6, 10_000_000),
    )  # fmt: skip
    where = Where(host="127.0.0.1", port=port, client=f"bench-{kind}", topics=("tg/#",), session=0)
    with owned(folder / kind, declared=Declared.of(rows), threads=True) as owner:
        runner = Runner("bench", lambda: where, gate, register.take, Nobody(), 5_000, 50)
        runner.start()
        time.sleep(1.0)
        found = measured(port, kind, asked, counting, f"mqtt_{kind}_reading_per_message")
        runner.stop()
        runner.join(10)
        found["readings_per_second"] = round(
            int(str(found["messages_per_second"])) * (1 if kind == "one" else 100)
        )
        found["frame_readings_p50"] = int(np.median(sizes))
        found["store_ms_p95"] = round(float(np.percentile(times, 95)), 1)
        found["stored"] = int(owner.condition().streams)
    found["goal"] = "20000 readings/s of one each; ThingsBoard 3333 points/s on 4 vCPU"
    print(json.dumps(found), flush=True)


def bare_own(port: int, asked: argparse.Namespace) -> None:
    """Measure our connection alone: receive and acknowledge."""
    from tongguan.gateways.connection import Connection, Where

    counting = Counting(asked.messages)
    line = Connection(Where(host="127.0.0.1", port=port, client="bench-own", topics=("tg/#",), session=0))

    def listen() -> None:
        while not counting.done.is_set():
            arrived = line.receive(0.2)
            line.acknowledge(arrived.number)
            counting.add(len(arrived.number))

    _beside(listen, port, asked, counting, "bare_own_connection")
    line.close()


def bare_paho(port: int, asked: argparse.Namespace) -> None:
    """Measure paho-mqtt alone: receive and acknowledge by hand."""
    from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    counting, ready = Counting(asked.messages), threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, "bench-paho", protocol=MQTTv5, manual_ack=True)
    wanted = Properties(PacketTypes.CONNECT)
    wanted.ReceiveMaximum = 20_000

    def heard(_client: object, _userdata: object, message: object) -> None:
        client.ack(message.mid, 1)  # type: ignore[attr-defined]
        counting.add(1)

    client.on_message = heard
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", port, properties=wanted)
    client.subscribe("tg/#", 1)
    while not ready.is_set():
        client.loop(0.2)

    def listen() -> None:
        while not counting.done.is_set():
            client.loop(0.2)

    _beside(listen, port, asked, counting, "bare_paho")
    client.disconnect()
    client.loop(0.2)


def _beside(
    listen: Callable[[], None], port: int, asked: argparse.Namespace, counting: Counting, name: str
) -> None:
    thread = threading.Thread(target=listen)
    thread.start()
    print(json.dumps(measured(port, "one", asked, counting, name)), flush=True)
    thread.join()


def main() -> None:
    """Measure all, against a broker that this script starts and stops."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--window", type=int, default=10_000)
    parser.add_argument("--database", default="", help="not used: readings lie in the column store")
    parser.add_argument("--publish", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if asked.publish:
        publish(asked.port, asked.publish, asked.messages, asked.streams, asked.window)
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TONGGUAN_HOME": home, "DJANGO_SETTINGS_MODULE": "tongguan.config.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from tongguan.gateways.testing import Mosquitto

        broker = Mosquitto(Path(home) / "broker")
        broker.start()
        machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
        print(json.dumps(machine), flush=True)
        try:
            gateway(broker.port, "one", asked, Path(home))
            gateway(broker.port, "many", asked, Path(home))
            bare_own(broker.port, asked)
            bare_paho(broker.port, asked)
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
