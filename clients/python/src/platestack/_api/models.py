"""Made by generator/ from openapi/clients.json; `npm run clients` makes it anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

from .parsing import day, each, moment, optional, values


@dataclass(frozen=True)
class BulkDone:
    """A frame that is there. Where it was already, `version_set` tells under which keys: what a client
    stored under others is not used.
    """

    line: int
    """The number of the line, from 1; empty lines count."""
    basename: str
    """The unique name of the frame: its file name up to the first dot."""
    outcome: Literal["created", "new_version", "updated", "already_there"]
    """`created`: the frame is new, or was only named before. `new_version`: it got a version.
    `updated`: it was there, and no version was sent. `already_there`: it has all the versions;
    nothing was written.
    """
    id: int
    """The id of the frame."""
    version_set: List[Version]
    """The stored files, newest first."""
    filename: Optional[str] = None
    """The name of the newest file; absent while there is none."""
    url: Optional[str] = None
    """Where the newest file is fetched; absent while there is none."""

    @classmethod
    def from_json(cls, data: Any) -> BulkDone:
        """The record that an answer of the archive holds."""
        return cls(
            line=data["line"],
            basename=data["basename"],
            outcome=data["outcome"],
            id=data["id"],
            version_set=each(Version.from_json)(data["version_set"]),
            filename=data.get("filename"),
            url=data.get("url"),
        )


@dataclass(frozen=True)
class Version:
    """Version."""

    id: int
    """The id of the version."""
    key: str
    """The store's name of this content."""
    md5: str
    """The MD5 of the file, hexadecimal."""
    extension: str
    """What follows the basename in the file name."""
    created: datetime
    """When the version was added, UTC."""
    url: Optional[str] = None
    """Where the file is fetched; absent while the frame has no date, and for a caller who may not see
    the frame.
    """

    @classmethod
    def from_json(cls, data: Any) -> Version:
        """The record that an answer of the archive holds."""
        return cls(
            id=data["id"],
            key=data["key"],
            md5=data["md5"],
            extension=data["extension"],
            created=moment(data["created"]),
            url=data.get("url"),
        )


@dataclass(frozen=True)
class BulkNotDone:
    """A line that was not written."""

    line: int
    """The number of the line, from 1; empty lines count."""
    basename: Optional[str]
    """The unique name of the frame; null where it could not be read."""
    outcome: Literal["refused", "failed"]
    """`refused`: for good. `failed`: for a reason that may pass; the line may be sent again."""
    status: int
    """The status that a POST of this frame alone would have."""
    errors: Any = None
    """What was wrong, in the words of a POST of this frame alone."""

    @classmethod
    def from_json(cls, data: Any) -> BulkNotDone:
        """The record that an answer of the archive holds."""
        return cls(
            line=data["line"],
            basename=data["basename"],
            outcome=data["outcome"],
            status=data["status"],
            errors=data.get("errors"),
        )


@dataclass(frozen=True)
class FramePage:
    """FramePage."""

    next: Optional[str]
    """The next page; null on the last."""
    previous: Optional[str]
    """The page before; null on the first."""
    results: List[Frame]
    """The results of this page."""
    count: Optional[int] = None
    """How many frames match; absent in pages by cursor."""
    count_estimated: Optional[bool] = None
    """Whether `count` is an estimate, within a factor of two: of more than 20000 frames that match
    filters which are not counted beforehand (text, sky, header, id; a part of a target name alone
    is, newest first), from how many of 8000 frames match that are spread over all. Absent in pages
    by cursor.
    """

    @classmethod
    def from_json(cls, data: Any) -> FramePage:
        """The record that an answer of the archive holds."""
        return cls(
            next=data["next"],
            previous=data["previous"],
            results=each(Frame.from_json)(data["results"]),
            count=data.get("count"),
            count_estimated=data.get("count_estimated"),
        )


@dataclass(frozen=True)
class Frame:
    """A frame as it is read, with the FITS keywords that older clients know beside the newer names."""

    id: int
    """The id of the frame."""
    basename: str
    """The unique name of the frame: its file name up to the first dot."""
    observation_date: Optional[datetime]
    """Start of the exposure (DATE-OBS), UTC."""
    observation_day: Optional[date]
    """The observing day (DAY-OBS): the date of the night."""
    proposal_id: str
    """The proposal that owns the data."""
    instrument_id: str
    """The instrument (camera) code."""
    target_name: str
    """The name of the target."""
    reduction_level: int
    """The reduction level: 0 is raw, 91 fully reduced."""
    site_id: str
    """The site code."""
    telescope_id: str
    """The telescope code."""
    exposure_time: Optional[float]
    """The exposure time, in seconds."""
    primary_optical_element: str
    """The filter or other primary optical element."""
    public_date: Optional[datetime]
    """When the frame becomes public, UTC; null: never."""
    configuration_type: str
    """The configuration type (OBSTYPE)."""
    observation_id: Optional[int]
    """The observation (BLKUID)."""
    request_id: Optional[int]
    """The request (REQNUM)."""
    version_set: List[Version]
    """The stored files, newest first."""
    url: Optional[str]
    """Where the newest file is fetched; null while there is none."""
    filename: Optional[str]
    """The name of the newest file; null while there is none."""
    area: Optional[Area] = None
    """A GeoJSON Polygon; longitude is RA, in -180…180 degrees, latitude Dec in degrees."""
    related_frames: Optional[List[int]] = None
    """The ids of the related frames."""
    modified: Optional[datetime] = None
    """When the frame was last modified, UTC, where include_modified asks for it."""
    thumbnails: Optional[List[Thumbnail]] = None
    """The thumbnails, where include_thumbnails asks for them."""

    @classmethod
    def from_json(cls, data: Any) -> Frame:
        """The record that an answer of the archive holds."""
        return cls(
            id=data["id"],
            basename=data["basename"],
            observation_date=optional(moment, data["observation_date"]),
            observation_day=optional(day, data["observation_day"]),
            proposal_id=data["proposal_id"],
            instrument_id=data["instrument_id"],
            target_name=data["target_name"],
            reduction_level=data["reduction_level"],
            site_id=data["site_id"],
            telescope_id=data["telescope_id"],
            exposure_time=data["exposure_time"],
            primary_optical_element=data["primary_optical_element"],
            public_date=optional(moment, data["public_date"]),
            configuration_type=data["configuration_type"],
            observation_id=data["observation_id"],
            request_id=data["request_id"],
            version_set=each(Version.from_json)(data["version_set"]),
            url=data["url"],
            filename=data["filename"],
            area=optional(Area.from_json, data.get("area")),
            related_frames=data.get("related_frames"),
            modified=optional(moment, data.get("modified")),
            thumbnails=optional(each(Thumbnail.from_json), data.get("thumbnails")),
        )


@dataclass(frozen=True)
class Area:
    """A GeoJSON Polygon; longitude is RA, in -180…180 degrees, latitude Dec in degrees."""

    type: Literal["Polygon"]
    """The kind of geometry."""
    coordinates: List[List[List[float]]]
    """The outer ring, then its holes; degrees."""

    @classmethod
    def from_json(cls, data: Any) -> Area:
        """The record that an answer of the archive holds."""
        return cls(
            type=data["type"],
            coordinates=data["coordinates"],
        )


@dataclass(frozen=True)
class Thumbnail:
    """Thumbnail."""

    id: int
    """The id of the thumbnail."""
    size: str
    """The size."""
    basename: str
    """The unique name."""
    extension: str
    """What follows the basename in the file name."""
    key: str
    """The store's name of this content."""
    frame: int
    """The id of the frame."""
    url: str
    """Where the JPEG is fetched."""

    @classmethod
    def from_json(cls, data: Any) -> Thumbnail:
        """The record that an answer of the archive holds."""
        return cls(
            id=data["id"],
            size=data["size"],
            basename=data["basename"],
            extension=data["extension"],
            key=data["key"],
            frame=data["frame"],
            url=data["url"],
        )


@dataclass(frozen=True)
class WrittenFrame:
    """A frame as writes answer it."""

    id: int
    """The id of the frame."""
    basename: str
    """The unique name of the frame: its file name up to the first dot."""
    observation_date: Optional[datetime]
    """Start of the exposure (DATE-OBS), UTC."""
    observation_day: Optional[date]
    """The observing day (DAY-OBS): the date of the night."""
    proposal_id: str
    """The proposal that owns the data."""
    instrument_id: str
    """The instrument (camera) code."""
    target_name: str
    """The name of the target."""
    reduction_level: int
    """The reduction level: 0 is raw, 91 fully reduced."""
    site_id: str
    """The site code."""
    telescope_id: str
    """The telescope code."""
    exposure_time: Optional[float]
    """The exposure time, in seconds."""
    primary_optical_element: str
    """The filter or other primary optical element."""
    public_date: Optional[datetime]
    """When the frame becomes public, UTC; null: never."""
    configuration_type: str
    """The configuration type (OBSTYPE)."""
    observation_id: Optional[int]
    """The observation (BLKUID)."""
    request_id: Optional[int]
    """The request (REQNUM)."""
    version_set: List[Version]
    """The stored files, newest first."""
    area: Optional[Area] = None
    """A GeoJSON Polygon; longitude is RA, in -180…180 degrees, latitude Dec in degrees."""
    related_frames: Optional[List[int]] = None
    """The ids of the related frames."""
    url: Optional[str] = None
    """Where the newest file is fetched; absent while there is none."""
    filename: Optional[str] = None
    """The name of the newest file; absent while there is none."""

    @classmethod
    def from_json(cls, data: Any) -> WrittenFrame:
        """The record that an answer of the archive holds."""
        return cls(
            id=data["id"],
            basename=data["basename"],
            observation_date=optional(moment, data["observation_date"]),
            observation_day=optional(day, data["observation_day"]),
            proposal_id=data["proposal_id"],
            instrument_id=data["instrument_id"],
            target_name=data["target_name"],
            reduction_level=data["reduction_level"],
            site_id=data["site_id"],
            telescope_id=data["telescope_id"],
            exposure_time=data["exposure_time"],
            primary_optical_element=data["primary_optical_element"],
            public_date=optional(moment, data["public_date"]),
            configuration_type=data["configuration_type"],
            observation_id=data["observation_id"],
            request_id=data["request_id"],
            version_set=each(Version.from_json)(data["version_set"]),
            area=optional(Area.from_json, data.get("area")),
            related_frames=data.get("related_frames"),
            url=data.get("url"),
            filename=data.get("filename"),
        )


@dataclass(frozen=True)
class Aggregates:
    """Aggregates."""

    sites: List[str]
    """Site codes."""
    telescopes: List[str]
    """Telescope codes."""
    filters: List[str]
    """Primary optical elements."""
    instruments: List[str]
    """Instrument codes."""
    obstypes: List[str]
    """Configuration types."""
    proposals: List[str]
    """Proposals."""
    generated_at: datetime
    """When this was computed, UTC."""
    counts: Optional[Dict[str, Dict[str, int]]] = None
    """With `counts=true`: of each list above, how many frames have each of its values."""
    is_partial: Optional[Literal[True]] = None
    """More than 20000 frames match filters that are not counted beforehand; these are the values of so
    many of them.
    """

    @classmethod
    def from_json(cls, data: Any) -> Aggregates:
        """The record that an answer of the archive holds."""
        return cls(
            sites=data["sites"],
            telescopes=data["telescopes"],
            filters=data["filters"],
            instruments=data["instruments"],
            obstypes=data["obstypes"],
            proposals=data["proposals"],
            generated_at=moment(data["generated_at"]),
            counts=data.get("counts"),
            is_partial=data.get("is_partial"),
        )


@dataclass(frozen=True)
class Headers:
    """Headers."""

    data: Dict[str, Any]
    """The FITS header: keyword to value, as it was ingested."""

    @classmethod
    def from_json(cls, data: Any) -> Headers:
        """The record that an answer of the archive holds."""
        return cls(
            data=data["data"],
        )


@dataclass(frozen=True)
class ThumbnailPage:
    """ThumbnailPage."""

    count: int
    """How many results there are in all."""
    next: Optional[str]
    """The next page; null on the last."""
    previous: Optional[str]
    """The page before; null on the first."""
    results: List[Thumbnail]
    """The results of this page."""
    count_estimated: Optional[Literal[True]] = None
    """true: `count` is an estimate, within a factor of two; absent where it is exact."""

    @classmethod
    def from_json(cls, data: Any) -> ThumbnailPage:
        """The record that an answer of the archive holds."""
        return cls(
            count=data["count"],
            next=data["next"],
            previous=data["previous"],
            results=each(Thumbnail.from_json)(data["results"]),
            count_estimated=data.get("count_estimated"),
        )


@dataclass(frozen=True)
class WrittenThumbnail:
    """A thumbnail as its creation answers it, with its frame."""

    size: str
    """The size."""
    basename: str
    """The unique name."""
    extension: str
    """What follows the basename in the file name."""
    key: str
    """The store's name of this content."""
    url: str
    """Where the JPEG is fetched."""
    frame: WrittenFrame
    """A frame as writes answer it."""

    @classmethod
    def from_json(cls, data: Any) -> WrittenThumbnail:
        """The record that an answer of the archive holds."""
        return cls(
            size=data["size"],
            basename=data["basename"],
            extension=data["extension"],
            key=data["key"],
            url=data["url"],
            frame=WrittenFrame.from_json(data["frame"]),
        )


@dataclass(frozen=True)
class VersionPage:
    """VersionPage."""

    count: int
    """How many results there are in all."""
    next: Optional[str]
    """The next page; null on the last."""
    previous: Optional[str]
    """The page before; null on the first."""
    results: List[Version]
    """The results of this page."""
    count_estimated: Optional[Literal[True]] = None
    """true: `count` is an estimate, within a factor of two; absent where it is exact."""

    @classmethod
    def from_json(cls, data: Any) -> VersionPage:
        """The record that an answer of the archive holds."""
        return cls(
            count=data["count"],
            next=data["next"],
            previous=data["previous"],
            results=each(Version.from_json)(data["results"]),
            count_estimated=data.get("count_estimated"),
        )


@dataclass(frozen=True)
class KnownVersions:
    """KnownVersions."""

    results: List[Version]
    """The versions."""

    @classmethod
    def from_json(cls, data: Any) -> KnownVersions:
        """The record that an answer of the archive holds."""
        return cls(
            results=each(Version.from_json)(data["results"]),
        )


@dataclass(frozen=True)
class Profile:
    """Profile."""

    username: str
    """The user name; empty for an anonymous caller."""
    profile: PortalProfile
    """What the Observation Portal says of the user."""
    is_staff: bool
    """Whether the user is staff."""

    @classmethod
    def from_json(cls, data: Any) -> Profile:
        """The record that an answer of the archive holds."""
        return cls(
            username=data["username"],
            profile=PortalProfile.from_json(data["profile"]),
            is_staff=data["is_staff"],
        )


@dataclass(frozen=True)
class PortalProfile:
    """What the Observation Portal says of the user."""

    proposals: Optional[List[str]] = None
    """The proposals whose frames the user may see."""

    @classmethod
    def from_json(cls, data: Any) -> PortalProfile:
        """The record that an answer of the archive holds."""
        return cls(
            proposals=data.get("proposals"),
        )


@dataclass(frozen=True)
class Token:
    """Token."""

    token: str
    """The user's token: the same until it is revoked."""

    @classmethod
    def from_json(cls, data: Any) -> Token:
        """The record that an answer of the archive holds."""
        return cls(
            token=data["token"],
        )


@dataclass(frozen=True)
class Message:
    """Message."""

    message: str
    """What was done."""

    @classmethod
    def from_json(cls, data: Any) -> Message:
        """The record that an answer of the archive holds."""
        return cls(
            message=data["message"],
        )


@dataclass(frozen=True)
class Collections:
    """Collections."""

    frames: str
    """Where frames is."""
    versions: str
    """Where versions is."""
    thumbnails: str
    """Where thumbnails is."""
    profile: str
    """Where profile is."""

    @classmethod
    def from_json(cls, data: Any) -> Collections:
        """The record that an answer of the archive holds."""
        return cls(
            frames=data["frames"],
            versions=data["versions"],
            thumbnails=data["thumbnails"],
            profile=data["profile"],
        )


@dataclass(frozen=True)
class Readiness:
    """Readiness."""

    status: Literal["ready", "unavailable", "draining"]
    """ready: requests may come. unavailable: a needed service is away. draining: this process is about
    to stop, and still serves what comes.
    """
    services: Dict[str, Any]
    """The services that are configured."""

    @classmethod
    def from_json(cls, data: Any) -> Readiness:
        """The record that an answer of the archive holds."""
        return cls(
            status=data["status"],
            services=data["services"],
        )


@dataclass(frozen=True)
class ServiceState:
    """Whether one of the services that the archive consists of answers."""

    ok: bool
    """Whether it answers."""
    needed: bool
    """Whether the archive is taken for unavailable without it."""
    ms: int
    """How long it took to find out, in milliseconds."""
    reason: Optional[str] = None
    """Why it does not: for superusers alone."""

    @classmethod
    def from_json(cls, data: Any) -> ServiceState:
        """The record that an answer of the archive holds."""
        return cls(
            ok=data["ok"],
            needed=data["needed"],
            ms=data["ms"],
            reason=data.get("reason"),
        )


@dataclass(frozen=True)
class Status:
    """Status."""

    version: str
    """The release."""
    runtime: str
    """What runs it."""
    pid: Optional[int]
    """Its number in the system."""
    started: str
    """When it was started."""
    uptime_s: int
    """How many seconds ago that was."""
    workers: int
    """How many processes serve."""
    worker: int
    """Which of them this is, from 1."""
    status: Literal["ready", "unavailable", "draining"]
    """As of `/health/ready/`."""
    services: Dict[str, ServiceState]
    """The services that are configured."""
    configuration: Dict[str, str]
    """The variables that are set; of secrets, that they are."""
    database: DatabaseState
    """What waits in the database. Absent or null: it could not be read."""
    verification: Optional[Dict[str, Any]]
    """How far stored files have been verified: by `platestack verify`."""
    replica: ReplicaState
    """What is known of the replica."""
    outages: Dict[str, OutageCount]
    """By service."""
    problems: List[LoggedProblem]
    """The last warnings and errors of its log."""
    findings: List[Finding]
    """What doctor finds of the database."""

    @classmethod
    def from_json(cls, data: Any) -> Status:
        """The record that an answer of the archive holds."""
        return cls(
            version=data["version"],
            runtime=data["runtime"],
            pid=data["pid"],
            started=data["started"],
            uptime_s=data["uptime_s"],
            workers=data["workers"],
            worker=data["worker"],
            status=data["status"],
            services=values(ServiceState.from_json)(data["services"]),
            configuration=data["configuration"],
            database=DatabaseState.from_json(data["database"]),
            verification=data["verification"],
            replica=ReplicaState.from_json(data["replica"]),
            outages=values(OutageCount.from_json)(data["outages"]),
            problems=each(LoggedProblem.from_json)(data["problems"]),
            findings=each(Finding.from_json)(data["findings"]),
        )


@dataclass(frozen=True)
class DatabaseState:
    """What waits in the database. Absent or null: it could not be read."""

    outbox: Dict[str, Any]
    """Messages to be sent."""
    removals: Dict[str, Any]
    """Files to be removed."""
    rollups: Dict[str, Any]
    """Frames to be counted."""
    frames: Dict[str, Any]
    """The frames."""

    @classmethod
    def from_json(cls, data: Any) -> DatabaseState:
        """The record that an answer of the archive holds."""
        return cls(
            outbox=data["outbox"],
            removals=data["removals"],
            rollups=data["rollups"],
            frames=data["frames"],
        )


@dataclass(frozen=True)
class ReplicaState:
    """What is known of the replica."""

    is_used: bool
    """Whether reads go there."""
    lag_s: Optional[float]
    """How many seconds it is behind the writer at most; null: not known."""
    reason: Optional[str]
    """Why it is left alone."""

    @classmethod
    def from_json(cls, data: Any) -> ReplicaState:
        """The record that an answer of the archive holds."""
        return cls(
            is_used=data["is_used"],
            lag_s=data["lag_s"],
            reason=data["reason"],
        )


@dataclass(frozen=True)
class OutageCount:
    """The outages of one service since the process began."""

    now: int
    """How many last."""
    begun: int
    """How many have begun."""

    @classmethod
    def from_json(cls, data: Any) -> OutageCount:
        """The record that an answer of the archive holds."""
        return cls(
            now=data["now"],
            begun=data["begun"],
        )


@dataclass(frozen=True)
class LoggedProblem:
    """A warning or an error of the log."""

    level: Literal["warning", "error"]
    """How bad it is."""
    message: str
    """What was logged."""
    times: int
    """How often."""
    first: str
    """When first."""
    last: str
    """When last."""
    fields: Dict[str, Any]
    """What was logged with it the last time."""

    @classmethod
    def from_json(cls, data: Any) -> LoggedProblem:
        """The record that an answer of the archive holds."""
        return cls(
            level=data["level"],
            message=data["message"],
            times=data["times"],
            first=data["first"],
            last=data["last"],
            fields=data["fields"],
        )


@dataclass(frozen=True)
class Finding:
    """One thing that `platestack doctor` looks at."""

    subject: str
    """What it is about."""
    level: Literal["ok", "warning", "error"]
    """How bad it is."""
    says: str
    """What was found."""
    advice: Optional[str] = None
    """What to do about it."""

    @classmethod
    def from_json(cls, data: Any) -> Finding:
        """The record that an answer of the archive holds."""
        return cls(
            subject=data["subject"],
            level=data["level"],
            says=data["says"],
            advice=data.get("advice"),
        )


BulkOutcome = Union[BulkDone, BulkNotDone]
"""What became of a line."""


def bulkoutcome_from_json(data: Any) -> BulkOutcome:
    """The record by its field `outcome`."""
    if data["outcome"] in ("created", "new_version", "updated", "already_there"):
        return BulkDone.from_json(data)
    return BulkNotDone.from_json(data)


class _VersionInputRequired(TypedDict):
    """What has to be there."""

    key: str
    """The store's name of this content: S3's VersionId."""
    md5: str
    """The MD5 of the file, hexadecimal."""
    extension: str
    """What follows the basename in the file name."""


class VersionInput(_VersionInputRequired, total=False):
    """A stored file to add."""

    size: Optional[int]
    """The size of the file, in bytes; learnt from the store when it is not given."""
    crc32: Optional[int]
    """The CRC-32 of the file, by which ZIP downloads can be resumed; learnt when it is not given."""


class AreaInput(TypedDict):
    """A GeoJSON Polygon; longitude is RA, in -180…180 degrees, latitude Dec in degrees."""

    type: Literal["Polygon"]
    """The kind of geometry."""
    coordinates: Sequence[Sequence[Sequence[float]]]
    """The outer ring, then its holes; degrees."""


class _FrameInputRequired(TypedDict):
    """What has to be there."""

    basename: str
    """The unique name of the frame: its file name up to the first dot."""
    area: Union[AreaInput, Optional[str]]
    """The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in
    degrees (ICRS); null when it covers none.
    """
    observation_day: Union[str, date]
    """The observing day (DAY-OBS): the date of the night."""
    configuration_type: str
    """The configuration type (OBSTYPE)."""
    version_set: Sequence[VersionInput]
    """The stored files to add to the frame."""
    headers: Mapping[str, Any]
    """The file's FITS header, as JSON."""
    related_frame_filenames: Sequence[str]
    """Basenames of related frames, present or still to come."""


class FrameInput(_FrameInputRequired, total=False):
    """A frame as it is sent, whole."""

    observation_date: Optional[Union[str, datetime]]
    """Start of the exposure (DATE-OBS), UTC."""
    proposal_id: str
    """The proposal that owns the data."""
    instrument_id: str
    """The instrument (camera) code."""
    target_name: str
    """The name of the target."""
    reduction_level: int
    """The reduction level: 0 is raw, 91 fully reduced."""
    site_id: str
    """The site code."""
    telescope_id: str
    """The telescope code."""
    exposure_time: Optional[float]
    """The exposure time, in seconds."""
    primary_optical_element: str
    """The filter or other primary optical element."""
    public_date: Optional[Union[str, datetime]]
    """When the frame becomes public, UTC; null: never."""
    observation_id: Optional[int]
    """The observation (BLKUID)."""
    request_id: Optional[int]
    """The request (REQNUM)."""


class _ZipRequestRequired(TypedDict):
    """What has to be there."""

    frame_ids: Sequence[int]
    """The ids of the frames; those that the caller may not see are left out."""


class ZipRequest(_ZipRequestRequired, total=False):
    """What is sent as `ZipRequest`."""

    uncompress: bool
    """true: fpacked files are unpacked."""
    catalog_only: bool
    """true: of reduced frames only the catalogue."""
    auth_token: str
    """The token of the user who asks, for forms that cannot send headers."""


class FrameChange(TypedDict, total=False):
    """What is to change of a frame."""

    basename: str
    """The unique name of the frame: its file name up to the first dot."""
    area: Union[AreaInput, Optional[str]]
    """The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in
    degrees (ICRS); null when it covers none.
    """
    observation_date: Optional[Union[str, datetime]]
    """Start of the exposure (DATE-OBS), UTC."""
    observation_day: Union[str, date]
    """The observing day (DAY-OBS): the date of the night."""
    proposal_id: str
    """The proposal that owns the data."""
    instrument_id: str
    """The instrument (camera) code."""
    target_name: str
    """The name of the target."""
    reduction_level: int
    """The reduction level: 0 is raw, 91 fully reduced."""
    site_id: str
    """The site code."""
    telescope_id: str
    """The telescope code."""
    exposure_time: Optional[float]
    """The exposure time, in seconds."""
    primary_optical_element: str
    """The filter or other primary optical element."""
    public_date: Optional[Union[str, datetime]]
    """When the frame becomes public, UTC; null: never."""
    configuration_type: str
    """The configuration type (OBSTYPE)."""
    observation_id: Optional[int]
    """The observation (BLKUID)."""
    request_id: Optional[int]
    """The request (REQNUM)."""
    version_set: Sequence[VersionInput]
    """The stored files to add to the frame."""
    headers: Mapping[str, Any]
    """The file's FITS header, as JSON."""
    related_frame_filenames: Sequence[str]
    """Basenames of related frames, present or still to come."""


class _ThumbnailInputRequired(TypedDict):
    """What has to be there."""

    basename: str
    """The unique name of the thumbnail."""
    size: str
    """The size of the thumbnail."""
    frame_basename: str
    """The frame that it is of, present or still to come."""
    observation_day: Union[str, date]
    """The observing day (DAY-OBS): the date of the night."""
    version_set: Sequence[VersionInput]
    """The stored files to add to the frame."""


class ThumbnailInput(_ThumbnailInputRequired, total=False):
    """A thumbnail as it is sent, whole."""

    area: Union[AreaInput, Optional[str]]
    """The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in
    degrees (ICRS); null when it covers none.
    """
    observation_date: Optional[Union[str, datetime]]
    """Start of the exposure (DATE-OBS), UTC."""
    proposal_id: str
    """The proposal that owns the data."""
    instrument_id: str
    """The instrument (camera) code."""
    target_name: str
    """The name of the target."""
    reduction_level: int
    """The reduction level: 0 is raw, 91 fully reduced."""
    site_id: str
    """The site code."""
    telescope_id: str
    """The telescope code."""
    exposure_time: Optional[float]
    """The exposure time, in seconds."""
    primary_optical_element: str
    """The filter or other primary optical element."""
    public_date: Optional[Union[str, datetime]]
    """When the frame becomes public, UTC; null: never."""
    configuration_type: str
    """The configuration type (OBSTYPE)."""
    observation_id: Optional[int]
    """The observation (BLKUID)."""
    request_id: Optional[int]
    """The request (REQNUM)."""


class ThumbnailChange(TypedDict, total=False):
    """What is to change of a thumbnail."""

    basename: str
    """The unique name of the thumbnail."""
    size: str
    """The size of the thumbnail."""
    frame_basename: str
    """The frame that it is of, present or still to come."""
    area: Union[AreaInput, Optional[str]]
    """The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in
    degrees (ICRS); null when it covers none.
    """
    observation_date: Optional[Union[str, datetime]]
    """Start of the exposure (DATE-OBS), UTC."""
    observation_day: Union[str, date]
    """The observing day (DAY-OBS): the date of the night."""
    proposal_id: str
    """The proposal that owns the data."""
    instrument_id: str
    """The instrument (camera) code."""
    target_name: str
    """The name of the target."""
    reduction_level: int
    """The reduction level: 0 is raw, 91 fully reduced."""
    site_id: str
    """The site code."""
    telescope_id: str
    """The telescope code."""
    exposure_time: Optional[float]
    """The exposure time, in seconds."""
    primary_optical_element: str
    """The filter or other primary optical element."""
    public_date: Optional[Union[str, datetime]]
    """When the frame becomes public, UTC; null: never."""
    configuration_type: str
    """The configuration type (OBSTYPE)."""
    observation_id: Optional[int]
    """The observation (BLKUID)."""
    request_id: Optional[int]
    """The request (REQNUM)."""
    version_set: Sequence[VersionInput]
    """The stored files to add to the frame."""


class Login(TypedDict):
    """What is sent as `Login`."""

    username: str
    """The user name."""
    password: str
    """The password."""


class _PortalUserRequired(TypedDict):
    """What has to be there."""

    username: str
    """The user name."""


class PortalUser(_PortalUserRequired, total=False):
    """What is sent as `PortalUser`."""

    first_name: str
    """The first name."""
    last_name: str
    """The last name."""
    email: str
    """The e-mail address."""
    is_staff: bool
    """Whether the user is staff."""
    is_superuser: bool
    """Whether the user is a superuser."""
    profile: Mapping[str, Any]
    """The portal's profile of the user."""
    tokens: Mapping[str, Any]
    """The tokens of the user."""


__all__ = [
    "Aggregates",
    "Area",
    "AreaInput",
    "BulkDone",
    "BulkNotDone",
    "BulkOutcome",
    "Collections",
    "DatabaseState",
    "Finding",
    "Frame",
    "FrameChange",
    "FrameInput",
    "FramePage",
    "Headers",
    "KnownVersions",
    "LoggedProblem",
    "Login",
    "Message",
    "OutageCount",
    "PortalProfile",
    "PortalUser",
    "Profile",
    "Readiness",
    "ReplicaState",
    "ServiceState",
    "Status",
    "Thumbnail",
    "ThumbnailChange",
    "ThumbnailInput",
    "ThumbnailPage",
    "Token",
    "Version",
    "VersionInput",
    "VersionPage",
    "WrittenFrame",
    "WrittenThumbnail",
    "ZipRequest",
]
