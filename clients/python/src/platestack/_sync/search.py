"""Made by generator/ from openapi/clients.json; `npm run clients` makes it anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Optional, Tuple, Union

from .._api.models import Frame
from .._api.queries import Box, Cone, Day, Moment, Region, query


class FrameSearch:
    """The search for frames, with a keyword for each filter of the archive."""

    def _search(self, asked: Tuple[Tuple[str, str], ...], limit: Optional[int], page_size: int) -> Iterator[Frame]:
        raise NotImplementedError

    def frames(
        self,
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
        include_related_frames: Optional[bool] = None,
        include_thumbnails: Optional[bool] = None,
        include_modified: Optional[bool] = None,
        ordering: Optional[str] = None,
        limit: Optional[int] = None,
        page_size: int = 500,
    ) -> Iterator[Frame]:
        """All frames that the caller may see and that match every filter given, newest first unless
        ordered.

        They are asked for page by page, as the iteration goes on, by cursors: a search that many frames
        match costs no more at its end than at its beginning.

        Args:
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
            limit: At most so many frames in all.
            page_size: How many frames one request asks for; the archive gives 1000 at most.
        """
        return self._search(
            query(
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
                    "include_related_frames": include_related_frames,
                    "include_thumbnails": include_thumbnails,
                    "include_modified": include_modified,
                    "ordering": ordering,
                }
            ),
            limit,
            page_size,
        )
