# SPDX-License-Identifier: Apache-2.0
"""The product as a city runs it: web and engine under their supervisor, with its own folder and ports."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx

from tongguan.kernel.testing import free_port

PASSWORD = "tongguan-demo"
CASES = 16
READY_SECONDS = 600
#: One person of a test does in a minute what people do in an hour.
RATES = "desk=500/5000,snap=50/500,snap_photo=50/500,partner=500/5000"


def _surroundings(home, **ports):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TONGGUAN_")}
    own = {name: str(port) for name, port in ports.items()}
    return kept | own | {"TONGGUAN_HOME": str(home), "TONGGUAN_RATES": RATES}


def seeded_home(folder, cases=CASES):
    """Give a folder with the demo city; whoever comes first of several processes makes it."""
    folder.mkdir(exist_ok=True)
    home = folder / "city"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            making = folder / "making"
            making.mkdir()
            for command in (["migrate", "-v0"], ["seed_demo", "--cases", str(cases)]):
                subprocess.run(
                    [sys.executable, "-m", "tongguan", *command],
                    env=_surroundings(making),
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            making.rename(home)
    return home


#: Opens cases in the product's own database, as an import would; ``filed`` of them wait for dispatch.
_MANY = """
from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import queries as catalog
from tongguan.dispatch import api as dispatch
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic

rule = catalog.filing_rules({item!r})[0].id
news = [
    NewCase(
        item_code={item!r}, title=f"{words}{{n}}", text=f"{words}{{n}}", source="grid",
        division={division!r}, lon={lon!r} + n % 20 * 0.0004, lat={lat!r} + n // 20 * 0.0004,
    )
    for n in range({count})
]
for start in range(0, {count}, 40):
    with atomic():
        for n, case in enumerate(cases.open_cases(PLATFORM, news[start : start + 40]), start):
            if n < {filed}:
                dispatch.perform(PLATFORM, case.id, "accept")
                dispatch.perform(PLATFORM, case.id, "register", {{"filing_rule_id": rule}})
"""


class Product:
    """``tongguan up`` over a copy of a prepared folder."""

    def __init__(self, prepared, home):
        shutil.copytree(prepared, home)
        self.home = Path(home)
        ports = {f"TONGGUAN_{name}PORT": free_port() for name in ("", "STREAM_", "MQTT_")}
        self.root = f"http://127.0.0.1:{ports['TONGGUAN_PORT']}"
        self.log = self.home / "up.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tongguan", "up", "--no-demo"],
                env=_surroundings(home, **ports),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._doors = {}
        until = time.monotonic() + READY_SECONDS
        while "统管已就绪" not in self.told():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(self.told())
            time.sleep(0.2)
        seeded = self.ask("acceptor", "/cases", limit=200)["rows"]
        self.spots = [{"lon": row["lon"], "lat": row["lat"]} for row in seeded]

    def told(self):
        """What it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self):
        """End it as Ctrl-C does."""
        for door in self._doors.values():
            door.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(240)

    def door(self, name):
        """Give a client signed in as a person of the demo city, by the interface."""
        if name not in self._doors:
            door = httpx.Client(base_url=f"{self.root}/api/desk", timeout=240)
            door.headers["X-CSRFToken"] = door.get("/csrf").json()["csrf"]
            me = door.post("/session", json={"username": name, "password": PASSWORD}).raise_for_status()
            door.headers["X-CSRFToken"] = me.json()["csrf"]
            self._doors[name] = door
        return self._doors[name]

    def ask(self, name, path, **query):
        """What a person reads at an address of the desk's interface."""
        return self.door(name).get(path, params=query).raise_for_status().json()

    def every_case(self, name):
        """The open cases that a person finds at the desk, page by page."""
        page = self.ask(name, "/cases", limit=200, open=True)
        found = page["rows"]
        while page["next"] is not None:
            page = self.ask(name, "/cases", limit=200, open=True, after=page["next"])
            found += page["rows"]
        return found

    def tell(self, words, item, spot, name="acceptor"):
        """Register a report at the desk; gives the receipt, its case open or joined."""
        body = {"text": words, "item_code": self.item(item), **spot}
        told = self.door(name).post("/reports", json=body).raise_for_status().json()
        assert told["case_id"], told
        return told

    def many(self, words, item, count, filed):
        """Open so many cases, numbered; the first ``filed`` of them wait for dispatch."""
        row = self.ask("acceptor", "/cases", limit=1)["rows"][0]
        made = _MANY.format(
            words=words, item=self.item(item), count=count, filed=filed,
            division=row["division"], lon=row["lon"], lat=row["lat"],
        )  # fmt: skip
        command = [sys.executable, "-m", "tongguan", "shell", "-v0", "-c", made]
        subprocess.run(command, env=_surroundings(self.home), check=True, stdout=subprocess.DEVNULL)

    def stands(self, words):
        """Give state and history (moves in order) of every case with these words in its title, by title."""
        with closing(sqlite3.connect(self.home / "tongguan.sqlite3")) as database:
            rows = database.execute(
                "select c.title, c.state, l.move from cases_case c join cases_timelineentry l"
                " on l.case_id = c.id where c.title like ? order by l.case_id, l.no",
                [f"{words}%"],
            ).fetchall()
        found = {title: (state, []) for title, state, _ in rows}
        for title, _, move in rows:
            found[title][1].append(move)
        return found

    def item(self, name):
        """The code of an item by its name."""
        (code,) = {one["code"] for one in self.ask("acceptor", "/items", text=name) if one["name"] == name}
        return code

    def spot(self, number=0):
        """A place in the first district where the city has a grid; each number another one."""
        return self.spots[number % len(self.spots)]

    def named(self, user_id):
        """The sign-in name of somebody of the demo city by their number."""
        with closing(sqlite3.connect(self.home / "tongguan.sqlite3")) as database:
            row = database.execute("select username from people_user where id = ?", [user_id]).fetchone()
        return row[0]

    def busy_handler(self):
        """Somebody who has something to do, by sign-in name, and the case it is for."""
        rows = self.ask("duty_chief", "/cases", state="handling", limit=100)["rows"]
        row = next((one for one in rows if one["handler_id"]), None)
        if row is None:  # at this hour all have finished: a head sends one back
            done = self.ask("duty_chief", "/cases", state="handle_finish", limit=100)["rows"]
            row = next((one for one in done if one["handler_id"]), None)
            if row is not None:
                self.move(self.head(row["lead_unit_id"]), row["id"], "return_handler", reason="接缝未抹平")
        if row is None:  # nor has anybody begun: a new one goes to a unit, whose head gives it to somebody
            self.many("人行道石板松动", "路缘石缺损", 1, 1)
            filed = self.ask("dispatcher", "/cases", state="pending_dispatch", limit=100)["rows"][0]
            row = self.move(
                "dispatcher", filed["id"], "dispatch", reason="就近", unit_id=self.unit_of("department")
            )
            handler = self.of_unit("handler", row["lead_unit_id"])
            row = self.move(self.head(row["lead_unit_id"]), row["id"], "assign", handler_id=handler[0])
        return self.named(row["handler_id"]), row["id"]

    def head(self, unit_id):
        """The sign-in name of a unit's head."""
        return self.of_unit("department", unit_id)[1]

    def unit_of(self, name):
        """The number of somebody's unit."""
        with closing(sqlite3.connect(self.home / "tongguan.sqlite3")) as database:
            return database.execute("select unit_id from people_user where username = ?", [name]).fetchone()[
                0
            ]

    def of_unit(self, post, unit_id):
        """The number and sign-in name of somebody of a unit with this post."""
        with closing(sqlite3.connect(self.home / "tongguan.sqlite3")) as database:
            return database.execute(
                "select id, username from people_user where username like ? and unit_id = ?",
                [f"{post}%", unit_id],
            ).fetchone()

    def elsewhere(self, post):
        """The sign-in name of somebody with this post in another district than the story's."""
        with closing(sqlite3.connect(self.home / "tongguan.sqlite3")) as database:
            row = database.execute(
                "select username from people_user where username like ? order by username limit 1",
                [f"{post}.990102%"],
            ).fetchone()
        return row[0]

    def move(self, name, case_id, move, **inputs):
        """Make a move by the interface, with the version as it is."""
        case = self.ask(name, f"/cases/{case_id}")
        moves = self.ask(name, f"/cases/{case_id}/moves")["moves"]
        order = next((one["order_id"] for one in moves if one["id"] == move and one.get("order_id")), None)
        body = {"inputs": inputs | ({"order_id": order} if order else {})}
        made = self.door(name).post(
            f"/cases/{case_id}/moves/{move}", json=body, headers={"If-Match": f'"v{case["version"]}"'}
        )
        assert made.status_code == 200, made.text
        return made.json()["case"]
