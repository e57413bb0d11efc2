"""Frames as tables, for which astropy and pandas have to be there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pandas
import pytest
from astropy import units
from astropy.coordinates import SkyCoord
from astropy.table import Table
from astropy.time import Time

from platestack import Archive, Frame, to_dataframe, to_table

from .conftest import Tested


def undated(archive: Archive) -> Frame:
    """A frame of which little is known."""
    frame = archive.frame("proprietary")
    return dataclasses.replace(frame, basename="undated", observation_date=None, exposure_time=None, url=None)


def test_an_astropy_table(local: Tested, tmp_path: Path) -> None:
    with Archive(local.url, token=local.token) as archive:
        table = to_table([*archive.frames(ordering="id", site_id__in=["coj", "ogg"]), undated(archive)])
    assert len(table) == 28
    first = table[0]
    assert first["basename"] == "small-01"
    assert isinstance(table["observation_date"], Time)
    assert table["observation_date"].scale == "utc"
    assert first["observation_date"].isot == "2016-02-01T00:01:00.123456"
    assert table["exposure_time"].unit == units.s
    assert first["exposure_time"] == 30.0
    assert first["area"].startswith("POLYGON ICRS 10.58 41.17 ")
    assert table["id"].dtype == numpy.int64
    last = table[table["basename"] == "undated"][0]
    assert last["observation_date"].mask
    assert last["exposure_time"] is numpy.ma.masked
    assert last["url"] is numpy.ma.masked
    table.write(tmp_path / "frames.ecsv")
    assert len(Table.read(tmp_path / "frames.ecsv")) == 28


def test_a_dataframe(local: Tested) -> None:
    with Archive(local.url, token=local.token) as archive:
        frames = to_dataframe([*archive.frames(ordering="id", site_id__in=["coj", "ogg"]), undated(archive)])
    assert len(frames) == 28
    assert frames["observation_date"][0] == pandas.Timestamp("2016-02-01T00:01:00.123456Z")
    assert str(frames["observation_date"].dtype).endswith("UTC]")
    assert frames["id"].dtype == "Int64"
    last = frames[frames["basename"] == "undated"].iloc[0]
    assert last["observation_date"] is pandas.NaT
    assert pandas.isna(last["exposure_time"])
    assert frames.groupby("site_id", observed=True)["id"].count().to_dict() == {"coj": 25, "ogg": 3}


def test_none_at_all() -> None:
    assert len(to_table([])) == 0
    assert "observation_date" in to_table([]).colnames
    assert to_dataframe([]).empty


def test_filters_in_the_words_of_astropy(local: Tested) -> None:
    m31 = SkyCoord("00h42m43.2s", "+41d16m12s")
    with Archive(local.url) as archive:
        for cone in ((m31, 0.5), (m31, 30 * units.arcmin), (10.68 * units.deg, 41.27 * units.deg, 0.5 * units.deg)):
            found = list(archive.frames(cone=cone, start=Time("2016-01-02T00:00:00"), end=Time("2016-01-08")))
            assert [f.basename for f in found] == ["big-3", "big-2"]


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module, make in (("astropy", to_table), ("pandas", to_dataframe)):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=rf"platestack\[{module}\]"):
            make([])
