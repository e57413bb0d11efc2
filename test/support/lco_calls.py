"""Makes the requests that astroquery's module for the LCO archive makes, in its way, for tests: reads one call a line (JSON) and
answers with one line (JSON).

A call: {"call": NAME, ...}, the rest being the arguments of the function of that name below.
An answer: {"ok": RESULT}, or {"raised": CLASS, "message": TEXT}.
The archive's address is the argument of the program.
"""

import hashlib
import json
import sys
from urllib.parse import parse_qs, urlencode, urlparse, urlunparse

import astropy.units as u
import numpy as np
import requests
from astropy.coordinates import Angle, SkyCoord
from astropy.time import Time

archive = sys.argv[1]
session = requests.Session()


def get(address, params=None):
    response = session.get(address, params=params, timeout=60)
    response.raise_for_status()
    return response.json()


def ring(ra, dec):
    """WKT of a ring, in the digits that Python gives to its numbers."""
    corners = [f"{a} {d}" for a, d in zip(ra, dec)]
    return f"POLYGON(({', '.join([*corners, corners[0]])}))"


def region(ra, dec, radius=None, width=None, height=None):
    """The filter for a point, for a circle (a polygon of 32 corners) or for a box (RA may leave 0 to 360, Dec is cut at the poles)."""
    centre = SkyCoord(ra, dec, unit="deg")
    if radius is not None:
        corners = centre.directional_offset_by(np.linspace(0, 360, 32, endpoint=False) * u.deg, Angle(radius, "deg"))
        return {"intersects": ring(corners.ra.deg, corners.dec.deg)}
    if width is not None:
        east = width / 2 / np.cos(centre.dec.radian)
        north = np.clip(dec + np.array([-1, -1, 1, 1]) * height / 2, -90, 90)
        return {"intersects": ring(ra + np.array([-1, 1, 1, -1]) * east, north)}
    return {"covers": f"POINT({centre.ra.deg} {centre.dec.deg})"}


def query(rows=-1, page=100, times=None, **criteria):
    """Pages by cursor until there are so many rows: each page asks for what is still wanted, by a new limit inside `next`."""
    params = {**criteria, "pagination_style": "cursor"}
    for name, value in (times or {}).items():
        params[name] = Time(value).isot
    address, found, limits = f"{archive}/frames/", [], []
    while address is not None:
        limit = page if rows < 0 else min(page, rows - len(found))
        if limits:
            parts = urlparse(address)
            asked = {**parse_qs(parts.query), "limit": [str(limit)]}
            answer = get(urlunparse(parts._replace(query=urlencode(asked, doseq=True))))
        else:
            answer = get(address, {**params, "limit": limit})
        limits.append(limit)
        found.extend(answer["results"])
        address = answer["next"]
        if 0 < rows <= len(found):
            break
    return {"frames": found, "limits": limits, "more": address is not None}


def query_region(ra, dec, radius=None, width=None, height=None, **criteria):
    found = query(**region(ra, dec, radius, width, height), **criteria)["frames"]
    return sorted(frame["basename"] for frame in found)


def walk(page, **criteria):
    """Pages by ids: each asks for what is beyond the last."""
    found, last = [], 0
    while True:
        results = get(f"{archive}/frames/", {**criteria, "ordering": "id", "id__gt": last, "limit": page})["results"]
        if not results:
            return found
        found.extend(frame["id"] for frame in results)
        last = found[-1]


def lists():
    """Every list of the aggregate about everything, sorted, which needs values of one type."""
    answer = get(f"{archive}/frames/aggregate/")
    names = ("sites", "telescopes", "instruments", "filters", "obstypes", "proposals")
    return {name: sorted(answer[name]) for name in names}


def login(token=None, username=None, password=None):
    """Who the archive says that a token is, which may be asked for by name and password; '' for nobody."""
    if token is None:
        asked = {"username": username, "password": password}
        response = session.post(f"{archive}/api-token-auth/", json=asked, timeout=60)
        if response.status_code != 200:
            return ""
        token = response.json()["token"]
    session.headers["Authorization"] = f"Token {token}"
    profile = session.get(f"{archive}/profile/", timeout=60)
    name = profile.json().get("username") if profile.status_code == 200 else ""
    if not name:
        del session.headers["Authorization"]
    return name


def logout():
    session.headers.pop("Authorization", None)
    return get(f"{archive}/profile/")


def frame(id):
    return get(f"{archive}/frames/{id}/")


def download(url):
    """The MD5 of a file, whose URL carries what it needs: the session's token is left out."""
    response = session.get(url, timeout=60, stream=True, headers={"Authorization": None})
    response.raise_for_status()
    content = b"".join(response.iter_content(65536))
    assert len(content) == int(response.headers["content-length"])
    return hashlib.md5(content).hexdigest()


for line in sys.stdin:
    call = json.loads(line)
    try:
        result = {"ok": globals()[call.pop("call")](**call)}
    except requests.HTTPError as error:
        result = {"raised": "HTTPError", "message": f"{error.response.status_code} {error.response.text}"}
    except Exception as error:
        result = {"raised": type(error).__name__, "message": str(error)}
    print(json.dumps(result), flush=True)
