"""The settings of a node are read as they were written, and nothing else is taken for settings."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.node.errors import BadSettings, NodeUnusable, NoNode
from comity.node.settings import Settings, load, save

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)


@given(TEXT, TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_round_trip(database: str, key: str, passphrase: str, authorities: list[str]) -> None:
    """Settings with any text in them are read back as they were."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(Path(home), "VN.a05", database, key, passphrase, tuple(authorities))
        save(settings)
        assert load(Path(home)) == settings


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    """The file can be read by its owner alone, since a database address may hold a password."""
    save(Settings(tmp_path, "VN.a05"))
    assert stat.S_IMODE((tmp_path / "comity.toml").stat().st_mode) == 0o600


def test_settings_are_not_written_over(tmp_path: Path) -> None:
    """A folder that holds settings keeps them; a folder that is not there cannot take any."""
    save(Settings(tmp_path, "VN.a05"))
    with pytest.raises(NodeUnusable):
        save(Settings(tmp_path, "PH.cicc"))
    assert load(tmp_path).party == "VN.a05"
    with pytest.raises(NodeUnusable):
        save(Settings(tmp_path / "none", "VN.a05"))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('party = "VN.a05"\nspeed = "fast"', "speed"), ("party = 5", "party"), ('party = "vn.a05"', "party"), ("", "party"),
        ('party = "VN.a05"\nkey = ["a"]', "key"), ('party = "VN.a05"\ntime_authorities = "a"', "time_authorities"),
        ('party = "VN.a05"\ntime_authorities = [5]', "time_authorities"), ('party = "VN.a05"\nkey = "a\\nb"', "key"),
        ('party = "VN.a05"\nparty = "VN.a06"', ""), ("party =", ""), ("\x00", ""),
        ('party = "VN.a05"\nencoding = "yaml"', "encoding"), ('party = "VN.../x"', "party"),
    ],
)  # fmt: skip
def test_malformed_settings(text: str, field: str, tmp_path: Path) -> None:
    """Malformed settings are refused by the file, and the field where there is one."""
    (tmp_path / "comity.toml").write_text(text, "utf-8")
    with pytest.raises(BadSettings, match="got") as caught:
        load(tmp_path)
    assert (caught.value.file, caught.value.field) == (str(tmp_path / "comity.toml"), field)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Settings in another encoding are refused."""
    (tmp_path / "comity.toml").write_bytes(b'party = "\xff"')
    with pytest.raises(BadSettings):
        load(tmp_path)


def test_a_folder_without_settings(tmp_path: Path) -> None:
    """A folder that holds no node is told, with how to name or make one."""
    for home in (tmp_path, tmp_path / "none"):
        with pytest.raises(NoNode) as caught:
            load(home)
        assert "comity node init" in caught.value.advice


@pytest.mark.parametrize(
    ("database", "url"),
    [
        ("sqlite:///node.db", "sqlite:///{home}/node.db"), ("sqlite:///data/node.db", "sqlite:///{home}/data/node.db"),
        ("sqlite:////srv/node.db", "sqlite:////srv/node.db"), ("postgresql://host/name", "postgresql://host/name"), ("other", "other"),
    ],
)  # fmt: skip
def test_a_relative_database_lies_in_the_folder(database: str, url: str, tmp_path: Path) -> None:
    """A relative SQLite path is the folder's; every other address is what it says."""
    assert Settings(tmp_path, "VN.a05", database).url == url.format(home=tmp_path.resolve())


def test_relative_paths_are_the_folders(tmp_path: Path) -> None:
    """Files named in the settings lie in the folder unless they say otherwise."""
    settings = Settings(tmp_path, "VN.a05")
    assert (settings.path("a.key"), settings.path("/srv/a.key")) == (tmp_path / "a.key", Path("/srv/a.key"))
    assert {settings.mirror.parent, settings.files.parent} == {tmp_path}


@pytest.mark.parametrize("text", ["0", "-1", "soon", "", "72.5", "99999", "１"])
def test_a_time_for_the_formal_request_is_hours(text: str, tmp_path: Path) -> None:
    """What is no whole number of hours is named by file and field."""
    with pytest.raises(BadSettings) as caught:
        _ = Settings(tmp_path, "VN.a05", followup_hours=text).followup
    assert caught.value.field == "followup_hours"
