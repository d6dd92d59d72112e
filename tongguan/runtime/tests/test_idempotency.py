# SPDX-License-Identifier: Apache-2.0
"""The same request twice: done once, answered twice, however it is raced."""

import pytest

from tongguan.kernel.errors import Conflict, Invalid
from tongguan.runtime import sequences
from tongguan.runtime.idempotency import fingerprint, remember
from tongguan.runtime.models import IdempotencyKey, Sequence
from tongguan.runtime.tests.conftest import together

BODY = fingerprint("POST", "/reports", b'{"text":"x"}')


def send(key: str = "k1", body: str = BODY, client: str = "client:3") -> dict[str, int]:
    with remember(client, key, body) as request:
        if request.answer is None:
            with_number = sequences.take("report").start
            request.keep({"number": with_number})
    answer: dict[str, int] = request.answer
    return answer


@pytest.mark.django_db
def test_the_second_sending_gets_the_first_answer() -> None:
    assert [send(), send(), send("k2"), send(client="client:4")] == [
        {"number": 1},
        {"number": 1},
        {"number": 2},
        {"number": 3},
    ]
    assert Sequence.objects.get(key="report").value == 3


@pytest.mark.django_db
def test_a_key_used_for_another_body_is_a_conflict() -> None:
    send()
    with pytest.raises(Conflict) as refusal:
        send(body=fingerprint("POST", "/reports", b'{"text":"y"}'))
    assert refusal.value.code == "idempotency.reused"
    assert Sequence.objects.get(key="report").value == 1


@pytest.mark.django_db
def test_a_refused_request_leaves_no_trace() -> None:
    def refuse() -> None:
        raise Invalid("x", zh="错", en="wrong")

    with pytest.raises(Invalid), remember("client:3", "k1", BODY):
        refuse()
    assert not IdempotencyKey.objects.exists()
    assert send() == {"number": 1}


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b", "a\nb"])
@pytest.mark.django_db
def test_impossible_keys_are_refused(key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        send(key)
    assert refusal.value.field == "Idempotency-Key"


def test_parts_of_a_fingerprint_do_not_run_together() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_racing_senders_of_one_key_do_it_once() -> None:
    answers: list[dict[str, int]] = []
    together(*([lambda: answers.append(send())] * 8))
    assert answers == [{"number": 1}] * 8
    assert Sequence.objects.get(key="report").value == 1
