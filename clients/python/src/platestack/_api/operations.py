"""Made by generator/ from openapi/clients.json; `npm run clients` makes it anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import List, Literal, Optional, Union

from .call import Call, nothing, segment
from .models import (
    Aggregates,
    Collections,
    Frame,
    FrameChange,
    FrameInput,
    FramePage,
    Headers,
    KnownVersions,
    Login,
    Message,
    Profile,
    Readiness,
    Status,
    Thumbnail,
    ThumbnailChange,
    ThumbnailInput,
    ThumbnailPage,
    Token,
    Version,
    VersionPage,
    WrittenFrame,
    WrittenThumbnail,
)
from .parsing import anything, each
from .queries import Box, Cone, Day, Moment, Region, query


def frames_list(
    *,
    limit: Optional[int] = None,
    offset: Optional[int] = None,
    include_related_frames: Optional[bool] = None,
    include_thumbnails: Optional[bool] = None,
    include_modified: Optional[bool] = None,
    ordering: Optional[str] = None,
    pagination_style: Optional[str] = None,
    cursor: Optional[str] = None,
    force_count: Optional[bool] = None,
    id__gt: Optional[int] = None,
    id__lt: Optional[int] = None,
    start: Optional[Moment] = None,
    end: Optional[Moment] = None,
    DATE_OBS: Optional[Moment] = None,
    dayobs: Optional[Day] = None,
    L1PUBDAT: Optional[Moment] = None,
    basename: Optional[str] = None,
    basename_exact: Optional[str] = None,
    target_name: Optional[str] = None,
    target_name_exact: Optional[str] = None,
    empty_target_name: Optional[bool] = None,
    exposure_time: Optional[float] = None,
    configuration_type: Optional[str] = None,
    exclude_configuration_type: Optional[Union[str, Sequence[str]]] = None,
    include_configuration_type: Optional[Union[str, Sequence[str]]] = None,
    exclude_calibrations: Optional[bool] = None,
    proposal_id: Optional[str] = None,
    instrument_id: Optional[str] = None,
    site_id: Optional[str] = None,
    telescope_id: Optional[str] = None,
    primary_optical_element: Optional[str] = None,
    observation_id: Optional[int] = None,
    request_id: Optional[int] = None,
    reduction_level: Optional[int] = None,
    site_id__in: Optional[Union[str, Sequence[str]]] = None,
    telescope_id__in: Optional[Union[str, Sequence[str]]] = None,
    instrument_id__in: Optional[Union[str, Sequence[str]]] = None,
    primary_optical_element__in: Optional[Union[str, Sequence[str]]] = None,
    proposal_id__in: Optional[Union[str, Sequence[str]]] = None,
    configuration_type__in: Optional[Union[str, Sequence[str]]] = None,
    reduction_level__in: Optional[Union[int, Sequence[int]]] = None,
    request_id__in: Optional[Union[int, Sequence[int]]] = None,
    observation_id__in: Optional[Union[int, Sequence[int]]] = None,
    modified_after: Optional[Moment] = None,
    modified_before: Optional[Moment] = None,
    submitter: Optional[str] = None,
    public: Optional[bool] = None,
    covers: Optional[Region] = None,
    intersects: Optional[Region] = None,
    box: Optional[Box] = None,
    cone: Optional[Cone] = None,
) -> Call[FramePage]:
    """List frames.

    The frames that the caller may see and that match every filter given, newest first unless
    ordered otherwise. Unknown parameters are ignored; a parameter without a value counts as absent.

    Args:
        limit: Results a page (100 unless the archive is configured otherwise); more than the
            archive allows (1000) is cut silently to what it allows.
        offset: How many results to pass over.
        include_related_frames: false: leave the ids of related frames out.
        include_thumbnails: true: add each frame's thumbnails.
        include_modified: true: say of each frame when it was last modified.
        ordering: Comma-separated fields, `-` for descending: id, basename, observation_date,
            primary_optical_element, configuration_type, proposal_id, instrument_id, target_name,
            reduction_level, exposure_time, distance. At most four of them; nothing after id or
            basename, which no two frames share, has a say. Text goes by code point, ties by
            descending id. `distance`, on the sphere, is that of the middle of the area from the
            middle of the `cone`, which has to be given with at most 10 degrees: all areas that hold
            a target are equally near to it, the one in whose middle it lies comes first. Pages by
            cursor do not go by distance.
        pagination_style: `cursor`: pages that are linked by opaque cursors, at a constant cost at
            any depth, without a count; `offset` otherwise.
        cursor: Where a page of pagination_style=cursor goes on: only ever taken from `next` or
            `previous`.
        force_count: true: count exactly however long it takes; else a large count may be estimated.
        id__gt: Only frames whose id is greater than this.
        id__lt: Only frames whose id is less than this.
        start: Observed at or after this time (UTC unless it names a zone).
        end: Observed at or before this time (UTC unless it names a zone).
        DATE_OBS: Observed at exactly this time (UTC).
        dayobs: The observing day: the date of the night.
        L1PUBDAT: Public from exactly this time on (UTC).
        basename: Part of the frame's basename. Matches anywhere in the name, in any case.
        basename_exact: The whole basename, in its own case.
        target_name: Part of the target's name. Matches anywhere in the name, in any case. Matches
            as given or in its ASCII transliteration.
        target_name_exact: The target's whole name, in its own case. Matches as given or in its
            ASCII transliteration.
        empty_target_name: true: only frames without a target name; false: only frames with one.
        exposure_time: Exposed at least this long, in seconds.
        configuration_type: The configuration type.
        exclude_configuration_type: A configuration type to leave out; repeatable.
        include_configuration_type: A configuration type to keep; repeatable.
        exclude_calibrations: true: only science frames.
        proposal_id: The proposal that owns the data.
        instrument_id: The instrument (camera) code.
        site_id: The site code.
        telescope_id: The telescope code.
        primary_optical_element: The filter or other primary optical element.
        observation_id: The observation.
        request_id: The request.
        reduction_level: 0 is raw, 91 fully reduced.
        site_id__in: One of these sites, comma-separated or repeated; at most 100 values.
        telescope_id__in: One of these telescopes, comma-separated or repeated; at most 100 values.
        instrument_id__in: One of these instruments, comma-separated or repeated; at most 100
            values.
        primary_optical_element__in: One of these optical elements, comma-separated or repeated; at
            most 100 values.
        proposal_id__in: Of one of these proposals, comma-separated or repeated; at most 100 values.
        configuration_type__in: One of these configuration types, comma-separated or repeated; at
            most 100 values.
        reduction_level__in: One of these reduction levels, comma-separated or repeated; at most 100
            values.
        request_id__in: Of one of these requests, comma-separated or repeated; at most 100 values.
        observation_id__in: Of one of these observations, comma-separated or repeated; at most 100
            values.
        modified_after: Modified after this time, not at it (UTC unless it names a zone): what a
            mirror follows. A change can be seen once it is committed, which is a little later than
            its time: ask from some minutes before the newest that was seen. Links between frames
            are those of the frame that was written last; a frame that becomes public as time
            passes, or is deleted, is not modified by that.
        modified_before: Modified before this time, not at it (UTC unless it names a zone).
        submitter: The user who submitted the request (header USERID). Matches as given or in its
            ASCII transliteration.
        public: false: a user's own proposals' frames; for a superuser the frames that are not yet
            public; for an anonymous caller nothing.
        covers: Only frames whose area covers this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB;
            longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or
            -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more
            than once. Edges are great circles, the shorter way round: two corners of the same
            declination are not joined along the parallel. The inside of a ring is the smaller of
            its two sides, whichever way it runs, and may be as wide as half of the sky. For a box
            in RA and Dec use `box`.
        intersects: Only frames whose area meets this geometry. WKT, EWKT, GeoJSON or hexadecimal
            WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360
            or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more
            than once. Edges are great circles, the shorter way round: two corners of the same
            declination are not joined along the parallel. The inside of a ring is the smaller of
            its two sides, whichever way it runs, and may be as wide as half of the sky. For a box
            in RA and Dec use `box`.
        box: `RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which
            reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and
            parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about
            the pole.
        cone: `RA,DEC,RADIUS` (ICRS): only frames whose area meets the circle about this place, with
            a radius in degrees on the sphere, above 0 and at most 180 (everything). RA in degrees
            or hours (`00:42:44.3`, `00h42m44.3s`), DEC in degrees (also `+41:16:09`, `+41d16m09s`);
            a `+` in a query has to be sent as `%2B`, or left out.
    """
    return Call(
        "GET",
        "/frames/",
        FramePage.from_json,
        query=query(
            {
                "limit": limit,
                "offset": offset,
                "include_related_frames": include_related_frames,
                "include_thumbnails": include_thumbnails,
                "include_modified": include_modified,
                "ordering": ordering,
                "pagination_style": pagination_style,
                "cursor": cursor,
                "force_count": force_count,
                "id__gt": id__gt,
                "id__lt": id__lt,
                "start": start,
                "end": end,
                "DATE_OBS": DATE_OBS,
                "dayobs": dayobs,
                "L1PUBDAT": L1PUBDAT,
                "basename": basename,
                "basename_exact": basename_exact,
                "target_name": target_name,
                "target_name_exact": target_name_exact,
                "empty_target_name": empty_target_name,
                "exposure_time": exposure_time,
                "configuration_type": configuration_type,
                "exclude_configuration_type": exclude_configuration_type,
                "include_configuration_type": include_configuration_type,
                "exclude_calibrations": exclude_calibrations,
                "proposal_id": proposal_id,
                "instrument_id": instrument_id,
                "site_id": site_id,
                "telescope_id": telescope_id,
                "primary_optical_element": primary_optical_element,
                "observation_id": observation_id,
                "request_id": request_id,
                "reduction_level": reduction_level,
                "site_id__in": site_id__in,
                "telescope_id__in": telescope_id__in,
                "instrument_id__in": instrument_id__in,
                "primary_optical_element__in": primary_optical_element__in,
                "proposal_id__in": proposal_id__in,
                "configuration_type__in": configuration_type__in,
                "reduction_level__in": reduction_level__in,
                "request_id__in": request_id__in,
                "observation_id__in": observation_id__in,
                "modified_after": modified_after,
                "modified_before": modified_before,
                "submitter": submitter,
                "public": public,
                "covers": covers,
                "intersects": intersects,
                "box": box,
                "cone": cone,
            }
        ),
    )


def frames_create(body: FrameInput) -> Call[WrittenFrame]:
    """Create a frame, or add a version to one.

    For superusers. Creates the frame of that basename; if there is one, adds the version to it and
    updates its metadata, headers and relations. One transaction: all of it or nothing. Afterwards
    the frame is announced on the message exchange.
    """
    return Call("POST", "/frames/", WrittenFrame.from_json, json=body)


def frames_aggregate(
    *,
    id__gt: Optional[int] = None,
    id__lt: Optional[int] = None,
    start: Optional[Moment] = None,
    end: Optional[Moment] = None,
    DATE_OBS: Optional[Moment] = None,
    dayobs: Optional[Day] = None,
    L1PUBDAT: Optional[Moment] = None,
    basename: Optional[str] = None,
    basename_exact: Optional[str] = None,
    target_name: Optional[str] = None,
    target_name_exact: Optional[str] = None,
    empty_target_name: Optional[bool] = None,
    exposure_time: Optional[float] = None,
    configuration_type: Optional[str] = None,
    exclude_configuration_type: Optional[Union[str, Sequence[str]]] = None,
    include_configuration_type: Optional[Union[str, Sequence[str]]] = None,
    exclude_calibrations: Optional[bool] = None,
    proposal_id: Optional[str] = None,
    instrument_id: Optional[str] = None,
    site_id: Optional[str] = None,
    telescope_id: Optional[str] = None,
    primary_optical_element: Optional[str] = None,
    observation_id: Optional[int] = None,
    request_id: Optional[int] = None,
    reduction_level: Optional[int] = None,
    site_id__in: Optional[Union[str, Sequence[str]]] = None,
    telescope_id__in: Optional[Union[str, Sequence[str]]] = None,
    instrument_id__in: Optional[Union[str, Sequence[str]]] = None,
    primary_optical_element__in: Optional[Union[str, Sequence[str]]] = None,
    proposal_id__in: Optional[Union[str, Sequence[str]]] = None,
    configuration_type__in: Optional[Union[str, Sequence[str]]] = None,
    reduction_level__in: Optional[Union[int, Sequence[int]]] = None,
    request_id__in: Optional[Union[int, Sequence[int]]] = None,
    observation_id__in: Optional[Union[int, Sequence[int]]] = None,
    modified_after: Optional[Moment] = None,
    modified_before: Optional[Moment] = None,
    submitter: Optional[str] = None,
    public: Optional[bool] = None,
    covers: Optional[Region] = None,
    intersects: Optional[Region] = None,
    box: Optional[Box] = None,
    cone: Optional[Cone] = None,
    counts: Optional[bool] = None,
    query_timeout: Optional[int] = None,
) -> Call[Aggregates]:
    """Distinct values of frames.

    The sites, telescopes, filters, instruments, configuration types and proposals that occur among
    frames in a range of time.

    Args:
        id__gt: Only frames whose id is greater than this.
        id__lt: Only frames whose id is less than this.
        start: Observed at or after this time (UTC unless it names a zone; cut to the minute). With
            `end`, at most 365 days apart unless `counts=true`.
        end: Observed before this time (UTC unless it names a zone; cut to the minute).
        DATE_OBS: Observed at exactly this time (UTC).
        dayobs: The observing day: the date of the night.
        L1PUBDAT: Public from exactly this time on (UTC).
        basename: Part of the frame's basename. Matches anywhere in the name, in any case.
        basename_exact: The whole basename, in its own case.
        target_name: Part of the target's name. Matches anywhere in the name, in any case. Matches
            as given or in its ASCII transliteration.
        target_name_exact: The target's whole name, in its own case. Matches as given or in its
            ASCII transliteration.
        empty_target_name: true: only frames without a target name; false: only frames with one.
        exposure_time: Exposed at least this long, in seconds.
        configuration_type: Only frames of this configuration type.
        exclude_configuration_type: A configuration type to leave out; repeatable.
        include_configuration_type: A configuration type to keep; repeatable.
        exclude_calibrations: true: only science frames.
        proposal_id: Only frames of this proposal id.
        instrument_id: Only frames of this instrument id.
        site_id: Only frames of this site id.
        telescope_id: Only frames of this telescope id.
        primary_optical_element: Only frames of this primary optical element.
        observation_id: The observation.
        request_id: The request.
        reduction_level: 0 is raw, 91 fully reduced.
        site_id__in: One of these sites, comma-separated or repeated; at most 100 values.
        telescope_id__in: One of these telescopes, comma-separated or repeated; at most 100 values.
        instrument_id__in: One of these instruments, comma-separated or repeated; at most 100
            values.
        primary_optical_element__in: One of these optical elements, comma-separated or repeated; at
            most 100 values.
        proposal_id__in: Of one of these proposals, comma-separated or repeated; at most 100 values.
        configuration_type__in: One of these configuration types, comma-separated or repeated; at
            most 100 values.
        reduction_level__in: One of these reduction levels, comma-separated or repeated; at most 100
            values.
        request_id__in: Of one of these requests, comma-separated or repeated; at most 100 values.
        observation_id__in: Of one of these observations, comma-separated or repeated; at most 100
            values.
        modified_after: Modified after this time, not at it (UTC unless it names a zone): what a
            mirror follows. A change can be seen once it is committed, which is a little later than
            its time: ask from some minutes before the newest that was seen. Links between frames
            are those of the frame that was written last; a frame that becomes public as time
            passes, or is deleted, is not modified by that.
        modified_before: Modified before this time, not at it (UTC unless it names a zone).
        submitter: The user who submitted the request (header USERID). Matches as given or in its
            ASCII transliteration.
        public: true: public frames too; false or absent: only the caller's own frames that are not
            public yet. Without any parameter: everything visible.
        covers: Only frames whose area covers this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB;
            longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or
            -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more
            than once. Edges are great circles, the shorter way round: two corners of the same
            declination are not joined along the parallel. The inside of a ring is the smaller of
            its two sides, whichever way it runs, and may be as wide as half of the sky. For a box
            in RA and Dec use `box`.
        intersects: Only frames whose area meets this geometry. WKT, EWKT, GeoJSON or hexadecimal
            WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360
            or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more
            than once. Edges are great circles, the shorter way round: two corners of the same
            declination are not joined along the parallel. The inside of a ring is the smaller of
            its two sides, whichever way it runs, and may be as wide as half of the sky. For a box
            in RA and Dec use `box`.
        box: `RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which
            reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and
            parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about
            the pole.
        cone: `RA,DEC,RADIUS` (ICRS): only frames whose area meets the circle about this place, with
            a radius in degrees on the sphere, above 0 and at most 180 (everything). RA in degrees
            or hours (`00:42:44.3`, `00h42m44.3s`), DEC in degrees (also `+41:16:09`, `+41d16m09s`);
            a `+` in a query has to be sent as `%2B`, or left out.
        counts: true: add how many frames have each value, of a range of any length.
        query_timeout: Give up after this many milliseconds; 0: the archive decides.
    """
    return Call(
        "GET",
        "/frames/aggregate/",
        Aggregates.from_json,
        query=query(
            {
                "id__gt": id__gt,
                "id__lt": id__lt,
                "start": start,
                "end": end,
                "DATE_OBS": DATE_OBS,
                "dayobs": dayobs,
                "L1PUBDAT": L1PUBDAT,
                "basename": basename,
                "basename_exact": basename_exact,
                "target_name": target_name,
                "target_name_exact": target_name_exact,
                "empty_target_name": empty_target_name,
                "exposure_time": exposure_time,
                "configuration_type": configuration_type,
                "exclude_configuration_type": exclude_configuration_type,
                "include_configuration_type": include_configuration_type,
                "exclude_calibrations": exclude_calibrations,
                "proposal_id": proposal_id,
                "instrument_id": instrument_id,
                "site_id": site_id,
                "telescope_id": telescope_id,
                "primary_optical_element": primary_optical_element,
                "observation_id": observation_id,
                "request_id": request_id,
                "reduction_level": reduction_level,
                "site_id__in": site_id__in,
                "telescope_id__in": telescope_id__in,
                "instrument_id__in": instrument_id__in,
                "primary_optical_element__in": primary_optical_element__in,
                "proposal_id__in": proposal_id__in,
                "configuration_type__in": configuration_type__in,
                "reduction_level__in": reduction_level__in,
                "request_id__in": request_id__in,
                "observation_id__in": observation_id__in,
                "modified_after": modified_after,
                "modified_before": modified_before,
                "submitter": submitter,
                "public": public,
                "covers": covers,
                "intersects": intersects,
                "box": box,
                "cone": cone,
                "counts": counts,
                "query_timeout": query_timeout,
            }
        ),
    )


def frames_get(
    id: int,
    *,
    include_related_frames: Optional[bool] = None,
    include_thumbnails: Optional[bool] = None,
    include_modified: Optional[bool] = None,
) -> Call[Frame]:
    """One frame.

    A frame with its versions, newest first, and the address of the newest file.

    Args:
        include_related_frames: false: leave the ids of related frames out.
        include_thumbnails: true: add each frame's thumbnails.
        include_modified: true: say of each frame when it was last modified.
    """
    return Call(
        "GET",
        f"/frames/{segment(id)}/",
        Frame.from_json,
        query=query(
            {
                "include_related_frames": include_related_frames,
                "include_thumbnails": include_thumbnails,
                "include_modified": include_modified,
            }
        ),
    )


def frames_update(id: int, body: FrameInput) -> Call[WrittenFrame]:
    """Update a whole frame.

    For superusers. Takes what a POST takes, all of it required there. Versions and relations are
    added to those that there are, headers are replaced.
    """
    return Call("PUT", f"/frames/{segment(id)}/", WrittenFrame.from_json, json=body)


def frames_patch(id: int, body: FrameChange) -> Call[WrittenFrame]:
    """Update parts of a frame.

    For superusers. What is not given stays as it is. Versions and relations are added to those that
    there are, headers are replaced.
    """
    return Call("PATCH", f"/frames/{segment(id)}/", WrittenFrame.from_json, json=body)


def frames_delete(id: int) -> Call[None]:
    """Delete a frame.

    For superusers. Removes the frame with its versions, headers, relations and thumbnails, then the
    stored files: those that cannot be removed now are removed as soon as they can be.
    """
    return Call("DELETE", f"/frames/{segment(id)}/", nothing)


def frames_related(id: int) -> Call[List[Frame]]:
    """The related frames of a frame.

    The frames that the caller may see among those that the frame is related to: its calibrations,
    its catalogue, what was made of it.
    """
    return Call("GET", f"/frames/{segment(id)}/related/", each(Frame.from_json))


def frames_headers(id: int) -> Call[Headers]:
    """The FITS header of a frame.

    Keywords and values as they were ingested; every number with the digits it came with.
    """
    return Call("GET", f"/frames/{segment(id)}/headers/", Headers.from_json)


def thumbnails_list(
    *,
    limit: Optional[int] = None,
    offset: Optional[int] = None,
    force_count: Optional[bool] = None,
    frame_basename: Optional[str] = None,
    proposal_id: Optional[str] = None,
    observation_id: Optional[int] = None,
    request_id: Optional[int] = None,
    size: Optional[str] = None,
) -> Call[ThumbnailPage]:
    """List thumbnails.

    The thumbnails of the frames that the caller may see. More than 10 000 may be counted by an
    estimate (`count_estimated`), unless `force_count=true`.

    Args:
        limit: Results a page (100 unless the archive is configured otherwise); more than the
            archive allows (1000) is cut silently to what it allows.
        offset: How many results to pass over.
        force_count: true: count exactly however long it takes; else a large count may be estimated.
        frame_basename: Only thumbnails of the frame of this basename.
        proposal_id: Only thumbnails of frames of this proposal.
        observation_id: Only thumbnails of frames of this observation.
        request_id: Only thumbnails of frames of this request.
        size: Only thumbnails of this size.
    """
    return Call(
        "GET",
        "/thumbnails/",
        ThumbnailPage.from_json,
        query=query(
            {
                "limit": limit,
                "offset": offset,
                "force_count": force_count,
                "frame_basename": frame_basename,
                "proposal_id": proposal_id,
                "observation_id": observation_id,
                "request_id": request_id,
                "size": size,
            }
        ),
    )


def thumbnails_create(body: ThumbnailInput) -> Call[WrittenThumbnail]:
    """Create or replace a thumbnail.

    For superusers. The frame may still be to come: then it is made from the metadata given here,
    without a file.
    """
    return Call("POST", "/thumbnails/", WrittenThumbnail.from_json, json=body)


def thumbnails_get(id: int) -> Call[Thumbnail]:
    """One thumbnail.

    A thumbnail, with the id of its frame and where the JPEG is fetched.
    """
    return Call("GET", f"/thumbnails/{segment(id)}/", Thumbnail.from_json)


def thumbnails_update(id: int, body: ThumbnailInput) -> Call[Thumbnail]:
    """Update a whole thumbnail.

    For superusers.
    """
    return Call("PUT", f"/thumbnails/{segment(id)}/", Thumbnail.from_json, json=body)


def thumbnails_patch(id: int, body: ThumbnailChange) -> Call[Thumbnail]:
    """Update parts of a thumbnail.

    For superusers.
    """
    return Call("PATCH", f"/thumbnails/{segment(id)}/", Thumbnail.from_json, json=body)


def thumbnails_delete(id: int) -> Call[None]:
    """Delete a thumbnail.

    For superusers. Removes the thumbnail, then its stored file.
    """
    return Call("DELETE", f"/thumbnails/{segment(id)}/", nothing)


def versions_list(
    *,
    limit: Optional[int] = None,
    offset: Optional[int] = None,
    force_count: Optional[bool] = None,
    md5: Optional[str] = None,
) -> Call[VersionPage]:
    """List versions.

    For staff. Versions, newest first; always read from the database that is written to, never from
    a cache. More than 10 000 are counted by an estimate (`count_estimated`), unless
    `force_count=true`.

    Args:
        limit: Results a page (100 unless the archive is configured otherwise); more than the
            archive allows (1000) is cut silently to what it allows.
        offset: How many results to pass over.
        force_count: true: count exactly however long it takes; else a large count may be estimated.
        md5: Only the version of this MD5: how an ingester learns whether a file is in the archive.
    """
    return Call(
        "GET",
        "/versions/",
        VersionPage.from_json,
        query=query({"limit": limit, "offset": offset, "force_count": force_count, "md5": md5}),
    )


def versions_known(*, md5: Optional[Union[str, Sequence[str]]] = None) -> Call[KnownVersions]:
    """Which files are in the archive.

    For staff. The versions that have one of these MD5s, in no order: what an ingester asks of many
    files at once. Always read from the database that is written to, never from a cache.

    Args:
        md5: An MD5; as many as the address has room for, which is some four hundred.
    """
    return Call("GET", "/versions/known/", KnownVersions.from_json, query=query({"md5": md5}))


def versions_get(id: int) -> Call[Version]:
    """One version.

    For staff.
    """
    return Call("GET", f"/versions/{segment(id)}/", Version.from_json)


def auth_profile() -> Call[Profile]:
    """Who am I.

    The caller as the archive knows it.
    """
    return Call("GET", "/profile/", Profile.from_json)


def auth_token(body: Login) -> Call[Token]:
    """Get a token.

    The token of the user of this name and password, as the archive or the Observation Portal knows
    them; or, for a caller who is signed in and sends no name, the caller's own.
    """
    return Call("POST", "/api-token-auth/", Token.from_json, json=body)


def auth_revoke() -> Call[Message]:
    """Replace the token.

    The caller's token is not valid any more; the next log-in gives the new one.
    """
    return Call("POST", "/revoke_token/", Message.from_json)


def root() -> Call[Collections]:
    """The collections.

    The addresses of the collections; to a browser, which would rather have HTML, a page for people.
    """
    return Call("GET", "/", Collections.from_json)


def health() -> Call[Literal["ok"]]:
    """Whether the archive answers.

    For load balancers and watchdogs: never throttled, and nobody has to sign in.
    """
    return Call("GET", "/health/", anything)


def health_ready() -> Call[Readiness]:
    """Whether this process of the archive can serve.

    For load balancers: 200 while requests may be sent here, 503 while a needed service is away and
    once the process is about to stop. Services that are not needed are reported alone: without them
    part of the archive works, or all of it more slowly. Answers within two seconds, and is true for
    one. Never throttled, and nobody has to sign in.
    """
    return Call("GET", "/health/ready/", Readiness.from_json)


def admin_status() -> Call[Status]:
    """How the archive is.

    For superusers. What this process is, how it is configured (secrets are not shown), whether each
    service answers, what waits to be done, the last warnings and errors, and what `platestack
    doctor` finds of the database. Where several processes serve it is that of one of them.
    """
    return Call("GET", "/admin/status/", Status.from_json)


__all__ = [
    "admin_status",
    "auth_profile",
    "auth_revoke",
    "auth_token",
    "frames_aggregate",
    "frames_create",
    "frames_delete",
    "frames_get",
    "frames_headers",
    "frames_list",
    "frames_patch",
    "frames_related",
    "frames_update",
    "health",
    "health_ready",
    "root",
    "thumbnails_create",
    "thumbnails_delete",
    "thumbnails_get",
    "thumbnails_list",
    "thumbnails_patch",
    "thumbnails_update",
    "versions_get",
    "versions_known",
    "versions_list",
]
