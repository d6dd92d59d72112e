# SPDX-License-Identifier: Apache-2.0
"""The declarations of sources are read by the doctor; each fault is named with its file."""

import shutil

import pytest

from tongguan.replay import mapping, queries


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("limits: guessed", "limits must be one of catalogue, record, row"),
        ("waits: {fly: 0.5}", "no wait fly"),
        ("twists: {returned: 3.0}", "returned must be a share of 0 to 1"),
        ("speed: 3", "unknown field `speed`"),
        ("rows: [", "sample"),
    ],
)
def test_a_declaration_of_a_source_that_is_wrong_is_told_with_its_fault(tmp_path, monkeypatch, wrong, told):
    for path in mapping.SHIPPED.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    key = wrong.partition(":")[0]
    lines = (tmp_path / "sample.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{key}:")]
    (tmp_path / "sample.yaml").write_text("\n".join([*kept, wrong]), "utf-8")
    monkeypatch.setattr(mapping, "SHIPPED", tmp_path)
    with pytest.raises(ValueError, match="sample：") as found:
        queries.checked_sources()
    assert told in str(found.value)
