# SPDX-License-Identifier: Apache-2.0
"""The assistant: shown only when it says the same; one that lies, dawdles or breaks in is not."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tongguan.briefings import api, polishing, queries
from tongguan.briefings.contracts import NewBriefing
from tongguan.documents.api import wording
from tongguan.kernel.errors import Conflict
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.anywhere


class Endpoint:
    """A real server of the OpenAI form, answering as the test says."""

    def __init__(self, answer):
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append((self.path, self.headers.get("Authorization"), body))
                told = answer(body["messages"][-1]["content"])
                raw = told if isinstance(told, bytes) else json.dumps(
                    {"choices": [{"message": {"content": told}}]}
                ).encode()  # fmt: skip
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)
                except ConnectionError:
                    return

            def log_message(self, *_):
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def polished(city, settings):
    """Write a weekly briefing, have it polished; give what is read and why sentences stayed."""
    ends = []

    def run(answer, seconds=5):
        end = Endpoint(answer)
        ends.append(end)
        info = api.write(city.evaluator, NewBriefing(template="weekly", division="990101", day="2026-09-09"))
        settle()
        settings.ASSISTANT_URL, settings.ASSISTANT_KEY, settings.ASSISTANT_SECONDS = (
            end.url,
            "钥匙".encode().hex(),
            seconds,
        )
        version = queries.briefing(city.evaluator, info.id).info.version
        polishing.polish(city.evaluator, info.id, version)
        settle()
        whole = queries.briefing(city.evaluator, info.id)
        return whole, [note.reason for note in whole.notes if note.kind == "kept"], end

    yield run
    for end in ends:
        end.close()


def sentences(whole):
    return [one for block in whole.document["blocks"] for one in block.get("sentences", ())]


def test_without_an_endpoint_nothing_is_polished(city):
    info = api.write(city.evaluator, NewBriefing(template="weekly", division="990101", day="2026-09-09"))
    settle()
    with pytest.raises(Conflict):
        polishing.polish(city.evaluator, info.id, None)
    assert queries.briefing(city.evaluator, info.id).document is not None


def test_an_honest_one_is_shown_with_its_numbers_still_figures(polished):
    whole, _, end = polished(lambda text: text.replace("本周", "本周内").replace("建议", "拟请"))
    assert whole.wordings
    figures = whole.document["figures"]
    for one in sentences(whole):
        if one["key"] in whole.wordings:
            before = [piece["figure"] for piece in one["pieces"] if not isinstance(piece, str)]
            after = [piece["figure"] for piece in whole.wordings[one["key"]] if not isinstance(piece, str)]
            assert sorted(before) == sorted(after)
            assert "本周内" in wording.plain(whole.wordings[one["key"]], figures) or "拟请" in wording.plain(
                whole.wordings[one["key"]], figures
            )
    assert set(whole.sources.values()) == {"assistant"}
    path, key, body = end.asked[0]
    assert path == "/v1/chat/completions"
    assert key.startswith("Bearer ")
    assert body["temperature"] == 0


@pytest.mark.parametrize(
    ("lie", "word"),
    [
        (lambda text: text + "共计99件。", "数字与原句不符"),
        (lambda text: text.replace("上升", "下降").replace("增加", "减少"), "原意"),
        (lambda text: text + "<script>alert(1)</script>", "标记"),
        (lambda text: text + "见 https://example.com", "标记或链接"),
        (lambda _: "", "为空"),
        (lambda text: text + "\n好的，已改写。", "不可见字符"),
        (lambda _: b"not json at all", "格式"),
        (lambda _: b'{"choices": []}', "格式"),
        (lambda _: b'{"choices": [{"message": {"content": 7}}]}', "格式"),
        (lambda _: b"[" * 70_000, "过长"),
    ],
)
def test_one_that_lies_or_breaks_in_changes_nothing(polished, lie, word):
    whole, kept, _ = polished(lie)
    shown = {key for key, pieces in whole.wordings.items()}
    changed = [one for one in sentences(whole) if one["key"] in shown]
    assert changed == []
    assert kept
    assert any(word in reason for reason in kept)


def test_one_that_dawdles_is_left_behind(polished):
    def slow(text):
        if "受理诉求" in text:
            time.sleep(3)
        return text

    whole, kept, _ = polished(slow, seconds=1)
    assert whole.wordings == {}
    assert "未在限定时间内答复" in kept
