"""Made by generator/ from openapi/clients.json; `npm run clients` makes it anew."""

from __future__ import annotations

from typing import NamedTuple


class Filter(NamedTuple):
    """A filter of a search, or what is shown of its frames."""

    name: str
    kind: str
    several: bool
    description: str
    example: str


FILTERS = (
    Filter("id__gt", "integer", False, "Only frames whose id is greater than this.", "3740"),
    Filter("id__lt", "integer", False, "Only frames whose id is less than this.", "3740"),
    Filter(
        "start", "string", False, "Observed at or after this time (UTC unless it names a zone).", "2016-01-05 03:04"
    ),
    Filter("end", "string", False, "Observed at or before this time (UTC unless it names a zone).", "2016-02-01"),
    Filter("DATE_OBS", "string", False, "Observed at exactly this time (UTC).", "2016-01-02T03:04:05.678"),
    Filter("dayobs", "string", False, "The observing day: the date of the night.", "2016-01-02"),
    Filter("L1PUBDAT", "string", False, "Public from exactly this time on (UTC).", "2017-01-02T03:04:05"),
    Filter(
        "basename",
        "string",
        False,
        "Part of the frame's basename. Matches anywhere in the name, in any case.",
        "kb70-20160102",
    ),
    Filter(
        "basename_exact", "string", False, "The whole basename, in its own case.", "cpt1m010-kb70-20160102-0010-e00"
    ),
    Filter(
        "target_name",
        "string",
        False,
        "Part of the target's name. Matches anywhere in the name, in any case. Matches as given or in its ASCII transliteration.",
        "NGC 253",
    ),
    Filter(
        "target_name_exact",
        "string",
        False,
        "The target's whole name, in its own case. Matches as given or in its ASCII transliteration.",
        "NGC 253",
    ),
    Filter(
        "empty_target_name",
        "boolean",
        False,
        "true: only frames without a target name; false: only frames with one.",
        "True",
    ),
    Filter("exposure_time", "number", False, "Exposed at least this long, in seconds.", "30"),
    Filter("configuration_type", "string", False, "The configuration type.", "EXPOSE"),
    Filter("exclude_configuration_type", "string", True, "A configuration type to leave out; repeatable.", "BIAS"),
    Filter("include_configuration_type", "string", True, "A configuration type to keep; repeatable.", "DARK"),
    Filter("exclude_calibrations", "boolean", False, "true: only science frames.", "True"),
    Filter("proposal_id", "string", False, "The proposal that owns the data.", "KEY2014A-002"),
    Filter("instrument_id", "string", False, "The instrument (camera) code.", "kb70"),
    Filter("site_id", "string", False, "The site code.", "coj"),
    Filter("telescope_id", "string", False, "The telescope code.", "1m0a"),
    Filter("primary_optical_element", "string", False, "The filter or other primary optical element.", "rp"),
    Filter("observation_id", "integer", False, "The observation.", "1001"),
    Filter("request_id", "integer", False, "The request.", "2001"),
    Filter("reduction_level", "integer", False, "0 is raw, 91 fully reduced.", "91"),
    Filter(
        "site_id__in", "string", True, "One of these sites, comma-separated or repeated; at most 100 values.", "coj,ogg"
    ),
    Filter(
        "telescope_id__in",
        "string",
        True,
        "One of these telescopes, comma-separated or repeated; at most 100 values.",
        "1m0a,2m0a",
    ),
    Filter(
        "instrument_id__in",
        "string",
        True,
        "One of these instruments, comma-separated or repeated; at most 100 values.",
        "kb70,fl05",
    ),
    Filter(
        "primary_optical_element__in",
        "string",
        True,
        "One of these optical elements, comma-separated or repeated; at most 100 values.",
        "rp,ip",
    ),
    Filter(
        "proposal_id__in",
        "string",
        True,
        "Of one of these proposals, comma-separated or repeated; at most 100 values.",
        "KEY2014A-002,LCO2016A-001",
    ),
    Filter(
        "configuration_type__in",
        "string",
        True,
        "One of these configuration types, comma-separated or repeated; at most 100 values.",
        "BIAS,DARK",
    ),
    Filter(
        "reduction_level__in",
        "string",
        True,
        "One of these reduction levels, comma-separated or repeated; at most 100 values.",
        "0,91",
    ),
    Filter(
        "request_id__in",
        "string",
        True,
        "Of one of these requests, comma-separated or repeated; at most 100 values.",
        "2001,2002",
    ),
    Filter(
        "observation_id__in",
        "string",
        True,
        "Of one of these observations, comma-separated or repeated; at most 100 values.",
        "1001,1002",
    ),
    Filter(
        "modified_after",
        "string",
        False,
        "Modified after this time, not at it (UTC unless it names a zone): what a mirror follows. A change can be seen once it is committed, which is a little later than its time: ask from some minutes before the newest that was seen. Links between frames are those of the frame that was written last; a frame that becomes public as time passes, or is deleted, is not modified by that.",
        "2016-01-05 03:04",
    ),
    Filter(
        "modified_before",
        "string",
        False,
        "Modified before this time, not at it (UTC unless it names a zone).",
        "2016-02-01",
    ),
    Filter(
        "submitter",
        "string",
        False,
        "The user who submitted the request (header USERID). Matches as given or in its ASCII transliteration.",
        "frodo",
    ),
    Filter(
        "public",
        "boolean",
        False,
        "false: a user's own proposals' frames; for a superuser the frames that are not yet public; for an anonymous caller nothing.",
        "False",
    ),
    Filter(
        "covers",
        "string",
        False,
        "Only frames whose area covers this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.",
        "POINT(10.68 41.27)",
    ),
    Filter(
        "intersects",
        "string",
        False,
        "Only frames whose area meets this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.",
        "POLYGON((10 41, 10 42, 11 42, 11 41, 10 41))",
    ),
    Filter(
        "box",
        "string",
        False,
        "`RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about the pole.",
        "350,-5,10,5",
    ),
    Filter(
        "cone",
        "string",
        False,
        "`RA,DEC,RADIUS` (ICRS): only frames whose area meets the circle about this place, with a radius in degrees on the sphere, above 0 and at most 180 (everything). RA in degrees or hours (`00:42:44.3`, `00h42m44.3s`), DEC in degrees (also `+41:16:09`, `+41d16m09s`); a `+` in a query has to be sent as `%2B`, or left out.",
        "00:42:44.3,41:16:09,0.5",
    ),
    Filter("include_related_frames", "boolean", False, "false: leave the ids of related frames out.", "False"),
    Filter("include_thumbnails", "boolean", False, "true: add each frame's thumbnails.", "True"),
    Filter("include_modified", "boolean", False, "true: say of each frame when it was last modified.", "True"),
    Filter(
        "ordering",
        "string",
        False,
        "Comma-separated fields, `-` for descending: id, basename, observation_date, primary_optical_element, configuration_type, proposal_id, instrument_id, target_name, reduction_level, exposure_time, distance. At most four of them; nothing after id or basename, which no two frames share, has a say. Text goes by code point, ties by descending id. `distance`, on the sphere, is that of the middle of the area from the middle of the `cone`, which has to be given with at most 10 degrees: all areas that hold a target are equally near to it, the one in whose middle it lies comes first. Pages by cursor do not go by distance.",
        "-observation_date",
    ),
)
