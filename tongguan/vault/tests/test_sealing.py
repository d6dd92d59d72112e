# SPDX-License-Identifier: Apache-2.0
"""What is sealed opens for its own subject alone, under the key it was sealed with, and not when changed."""

import base64
from dataclasses import dataclass

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from tongguan.vault import api, keyring, spi
from tongguan.vault.apps import VaultConfig
from tongguan.vault.ciphers import AesGcm, Sm4Gcm
from tongguan.vault.contracts import CannotOpen
from tongguan.vault.envelope import parts_of
from tongguan.vault.testing import find_keys, lose_keys

CONTACT = "钱女士 13800000000".encode()
CIPHERS = ("aes-256-gcm", "sm4-gcm")
each_cipher = pytest.mark.parametrize("cipher", CIPHERS)


@dataclass
class Operator:
    key: str = "system"
    name: str = "平台"


def refused(kind="contact", subject="r1", envelope=b"") -> CannotOpen:
    with pytest.raises(CannotOpen) as refusal:
        api.unseal(kind, subject, envelope)
    return refusal.value


@each_cipher
def test_it_opens_for_the_subject_it_was_sealed_for_and_for_no_other(settings, cipher):
    settings.SEAL_CIPHER = cipher
    sealed = api.seal("contact", "r1", CONTACT)
    assert CONTACT not in sealed.envelope
    assert api.unseal("contact", "r1", sealed.envelope) == CONTACT
    assert refused("contact", "r2", sealed.envelope).code == "vault.broken"
    assert refused("webhook", "r1", sealed.envelope).code == "vault.broken"


@each_cipher
def test_any_changed_byte_is_found(settings, cipher):
    settings.SEAL_CIPHER = cipher
    envelope = api.seal("contact", "r1", CONTACT).envelope
    for place in range(len(envelope)):
        changed = bytearray(envelope)
        changed[place] ^= 1
        assert refused(envelope=bytes(changed)).code in {"vault.broken", "vault.key_lost"}
    for length in range(len(envelope)):
        assert refused(envelope=envelope[:length]).code in {"vault.broken", "vault.key_lost"}


def test_the_same_contact_twice_looks_different():
    assert api.seal("contact", "r1", CONTACT).envelope != api.seal("contact", "r1", CONTACT).envelope


def test_another_cipher_still_opens_what_the_first_sealed(settings):
    settings.SEAL_CIPHER = "sm4-gcm"
    before = api.seal("contact", "r1", CONTACT).envelope
    settings.SEAL_CIPHER = "aes-256-gcm"
    after = api.seal("contact", "r1", CONTACT).envelope
    assert [parts_of(one).cipher for one in (before, after)] == ["sm4-gcm", "aes-256-gcm"]
    assert api.unseal("contact", "r1", before) == api.unseal("contact", "r1", after) == CONTACT


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_an_envelope(raw):
    try:
        parts = parts_of(raw)
    except ValueError:
        return
    assert parts.header + parts.nonce + parts.sealed == raw


def test_sm4_gcm_gives_the_published_example():
    # RFC 8998, appendix A.1
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    bound = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes.fromhex(pair) * 8 for pair in ["AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA"])
    expected = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert Sm4Gcm().seal(key, nonce, plain, bound) == expected
    assert Sm4Gcm().open(key, nonce, expected, bound) == plain


def test_aes_gcm_gives_the_published_example():
    # NIST SP 800-38D validation set, AES-256: test case 13 and 14 of the GCM submission
    assert AesGcm().seal(bytes(32), bytes(12), b"", b"").hex() == "530f8afbc74536b9a963b4f1c4cb738b"
    assert AesGcm().seal(bytes(32), bytes(12), bytes(16), b"").hex() == (
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )


@pytest.mark.django_db
def test_after_a_new_key_the_old_seals_still_open():
    before = api.seal("contact", "r1", CONTACT)
    new = api.rotate(Operator())
    after = api.seal("contact", "r1", CONTACT)
    assert (after.key, before.key == new) == (new, False)
    assert api.unseal("contact", "r1", before.envelope) == api.unseal("contact", "r1", after.envelope)


def test_a_lost_key_is_named_and_a_restored_one_opens_again():
    sealed = api.seal("contact", "r1", CONTACT)
    hidden = lose_keys()
    refusal = refused(envelope=sealed.envelope)
    assert (refusal.code, refusal.params["key"], refusal.status) == ("vault.key_lost", sealed.key, 409)
    assert sealed.key in refusal.zh
    find_keys(hidden)
    assert api.unseal("contact", "r1", sealed.envelope) == CONTACT


def test_a_text_is_sealed_for_a_text_column_and_an_old_one_reads_as_it_is():
    stored = api.seal_text("webhook", "t1", "whsec_abc")
    assert stored.startswith("sealed:")
    assert "whsec" not in stored
    assert api.unseal_text("webhook", "t1", stored) == "whsec_abc"
    assert api.unseal_text("webhook", "t1", "whsec_old") == "whsec_old"
    assert (api.key_of_text(stored), api.key_of_text("whsec_old")) == (api.current_key(), "plain")
    with pytest.raises(CannotOpen):
        api.unseal_text("webhook", "t1", "sealed:!!")


def test_a_blind_index_is_the_same_for_the_same_text_and_kind_only():
    one = api.blind_index("caller", "13800000000")
    assert (len(one), one) == (32, api.blind_index("caller", "13800000000"))
    assert one != api.blind_index("caller", "13800000001")
    assert one != api.blind_index("other", "13800000000")
    assert api.blind_index("caller", "") == ""


@pytest.mark.django_db
def test_a_blind_index_survives_a_new_key():
    one = api.blind_index("caller", "13800000000")
    api.rotate(Operator())
    assert api.blind_index("caller", "13800000000") == one


def given_keys(*names: str) -> str:
    return ",".join(f"{name}={base64.b64encode(name.ljust(32).encode()).decode()}" for name in names)


def test_keys_may_be_given_by_the_city_and_the_first_seals(settings):
    settings.SEAL_KEYS = given_keys("index", "old")
    before = api.seal("contact", "r1", CONTACT)
    settings.SEAL_KEYS = given_keys("index", "new", "old")
    assert (before.key, api.seal("contact", "r1", CONTACT).key) == ("old", "new")
    assert api.unseal("contact", "r1", before.envelope) == CONTACT
    assert not keyring.path_of_ring().exists()


@pytest.mark.parametrize(
    "text",
    ["k1", "index=AAAA", given_keys("k1"), given_keys("index"), given_keys("index", "a", "a"), "=" * 9,
     given_keys("index", "k" * 21)],
)  # fmt: skip
def test_wrong_keys_end_the_start_and_are_not_shown(settings, text):
    settings.SEAL_KEYS = text
    with pytest.raises(ImproperlyConfigured) as error:
        VaultConfig.create("tongguan.vault").ready()
    assert "TONGGUAN_SEAL_KEYS" in str(error.value)
    assert base64.b64encode(b"k1".ljust(32)).decode() not in str(error.value)


def test_an_unknown_cipher_ends_the_start(settings):
    settings.SEAL_CIPHER = "rot13"
    with pytest.raises(ImproperlyConfigured, match="sm4-gcm"):
        VaultConfig.create("tongguan.vault").ready()


def test_another_cipher_may_be_registered(settings):
    class Twice(AesGcm):
        pass

    with spi.ciphers.temporarily("city-hsm", Twice()):
        settings.SEAL_CIPHER = "city-hsm"
        sealed = api.seal("contact", "r1", CONTACT).envelope
        assert api.unseal("contact", "r1", sealed) == CONTACT
    assert refused(envelope=sealed).code == "vault.broken"
