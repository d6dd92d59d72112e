# SPDX-License-Identifier: Apache-2.0
"""Fuzz every decoder, guided by coverage: ``python -m bench.fuzz [--seconds 60] [--runs N] [name …]``.

Needs atheris (``uv pip install atheris``), which is no dependency of the project. Each channel runs in a
process of its own, from its samples; whatever is neither a piece nor a Refusal ends it with the input.
Names are channels that tell (``email`` …) and payloads of brokers (``json``, ``senml``, ``sparkplug`` …).
Prints a JSON line of each: runs, seconds, branches reached.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

CHANNELS = Path(__file__).resolve().parents[1] / "tongguan" / "channels"


def main() -> int:
    """Fuzz the channels one after the other; give 1 when one of them broke."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=60, help="per channel")
    asked.add_argument("--runs", type=int, default=1_000_000, help="per channel, at most")
    asked.add_argument("--inside", default="", help=argparse.SUPPRESS)
    asked.add_argument("channels", nargs="*")
    told = asked.parse_args()
    if told.inside:
        payload = any(path.name.startswith(f"{told.inside}.") for path in _payload_samples())
        (fuzz_payload if payload else fuzz)(told.inside, told.seconds, told.runs)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    broken = []
    for name in told.channels or names():
        bounds = ["--seconds", str(told.seconds), "--runs", str(told.runs)]
        command = [sys.executable, "-m", "bench.fuzz", "--inside", name, *bounds]
        done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True, errors="replace")
        figures = re.search(r"DONE\s+cov: (\d+) ft: (\d+)", done.stderr)
        runs = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
        if done.returncode or figures is None or runs is None:
            sys.stderr.write(done.stderr)
            broken.append(name)
        told_of = {"channel": name, "held": name not in broken}
        if figures is not None and runs is not None:
            told_of |= {"runs": int(runs[1]), "seconds": int(runs[2]), "branches": int(figures[1])}
        print(json.dumps(told_of), flush=True)
    return 1 if broken else 0


def names() -> list[str]:
    """Give the channels that tell, and the payloads of those that measure."""
    telling = [path.parent.name for path in CHANNELS.glob("*/manifest.yaml") if not _measures(path)]
    return sorted(telling) + sorted({path.name.split(".")[0] for path in _payload_samples()})


def _measures(manifest: Path) -> bool:
    return "gives: readings" in manifest.read_text(encoding="utf-8")


def _payload_samples() -> list[Path]:
    folders = [path.parent for path in CHANNELS.glob("*/manifest.yaml") if _measures(path)]
    return [p for f in folders for p in (f / "samples").glob("*.json") if ".expect." not in p.name]


def fuzz(name: str, seconds: int, runs: int) -> None:
    """Fuzz one channel's decoder; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["tongguan.channels", "tongguan.tellings.reading"]):
        import django

        django.setup()
        from tongguan.intake.contracts import Parcel
        from tongguan.intake.spi import channels
        from tongguan.kernel.errors import Refusal

    channel = channels.get(name)
    folder = CHANNELS / name / "samples"
    kinds = ["", "application/json", "application/cloudevents+json", "application/cloudevents-batch+json"]

    def one(body: bytes) -> None:
        kind = kinds[body[-1] % len(kinds)] if body else ""
        try:
            pieces = channel.decode(Parcel(body, kind, {"content-type": kind}, ""))
        except Refusal:
            return
        for piece in pieces:
            read = piece.report is not None or piece.held is not None
            if read == (piece.fault is not None):
                message = f"neither read nor refused: {piece!r}"
                raise AssertionError(message)

    with tempfile.TemporaryDirectory() as seeds:
        for path in folder.iterdir():
            if not path.name.endswith((".expect.json", ".headers.json")):
                (Path(seeds) / path.name).write_bytes(path.read_bytes())
        _go(seeds, seconds, runs, one)


def fuzz_payload(name: str, seconds: int, runs: int) -> None:
    """Fuzz one decoder of messages: columns must fit each other and faults name a field; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["tongguan.channels"]):
        import django

        django.setup()
        from tongguan.gateways.contracts import Message
        from tongguan.gateways.spi import decoders

    samples = [
        json.loads(path.read_text("utf-8")) for path in _payload_samples() if path.name.startswith(f"{name}.")
    ]
    topics = [message["topic"] for sample in samples for message in sample["messages"]]
    readers = [decoders.get(name).reader(sample["declaration"]) for sample in samples]

    def one(body: bytes) -> None:
        topic = topics[body[-1] % len(topics)] if body else "x"
        for reader in readers:
            found = reader.read([Message(topic, body, 1000)])
            columns = (found.message, found.key, found.at, found.value, found.unit)
            named = all(fault.field and fault.code for fault in found.faults)
            if len({len(column) for column in columns}) != 1 or not named:
                message = f"columns or faults are broken: {found!r}"
                raise AssertionError(message)

    with tempfile.TemporaryDirectory() as seeds:
        for number, message in enumerate(m for sample in samples for m in sample["messages"]):
            body = bytes.fromhex(message["hex"]) if "hex" in message else message["text"].encode()
            (Path(seeds) / str(number)).write_bytes(body)
        _go(seeds, seconds, runs, one)


def _go(seeds: str, seconds: int, runs: int, one: Callable[[bytes], None]) -> None:
    import atheris

    bounds = [f"-max_total_time={seconds}", f"-runs={runs}", "-max_len=20000", "-timeout=20"]
    atheris.Setup([sys.argv[0], seeds, *bounds], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
