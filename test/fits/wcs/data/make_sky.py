"""Makes sky.json: made-up headers and where astropy says that some of their pixels are, in RA and Dec of ICRS.

    python3 -m venv venv && venv/bin/pip install astropy==8.0.2
    venv/bin/python make_sky.py 12 1 > sky.json

The first argument says how many headers there are for each projection, the second from what random number they begin.
"""
import json
import math
import random
import sys
import warnings

import astropy.units as u
from astropy.coordinates import FK4, FK5, ICRS, BarycentricMeanEcliptic, FK4NoETerms, Galactic, SkyCoord, Supergalactic
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

CODES = """AZP SZP TAN STG SIN ARC ZPN ZEA AIR CYP CEA CAR MER COP COE COD COO SFL PAR MOL AIT BON PCO TSC CSC QSC HPX XPH
TPV""".split()


def frame_of(header, system):
    """The frame by the standard; astropy's own choice takes ecliptic coordinates with RADESYS for equatorial ones."""
    if system == "GLON":
        return Galactic()
    if system == "SLON":
        return Supergalactic()
    equinox = header.get("EQUINOX")
    name = header.get("RADESYS") or ("ICRS" if equinox is None else "FK4" if equinox < 1984 else "FK5")
    is_fk4 = name.startswith("FK4")
    year = equinox if equinox is not None else 1950.0 if is_fk4 else 2000.0
    time = Time(year, format="byear" if is_fk4 else "jyear", scale="tt")
    if system == "ELON":
        return BarycentricMeanEcliptic(equinox=time)
    if name == "ICRS":
        return ICRS()
    return {"FK5": FK5, "FK4": FK4, "FK4-NO-E": FK4NoETerms}[name](equinox=time)


def parameters(code, longitude, latitude, choose):
    """PVi_m of a projection; now and then with its fiducial point elsewhere."""
    between, given = choose.uniform, {}

    def put(m, value):
        given[f"PV{latitude}_{m}"] = value

    if code == "AZP":
        put(1, between(-0.5, 3))
        put(2, between(-60, 60))
    if code == "SZP":
        put(1, between(1.1, 4))
        put(2, between(-180, 180))
        put(3, between(30, 90))
    if code == "SIN" and choose.random() < 0.5:
        put(1, between(-0.8, 0.8))
        put(2, between(-0.8, 0.8))
    if code == "ZPN":
        put(1, 1.0)
        for m in range(2, choose.choice([1, 2, 3, 4, 5, 7]) + 1):
            put(m, between(-0.05, 0.2))
        if choose.random() < 0.2:
            put(0, between(-0.01, 0.01))
    if code == "AIR" and choose.random() < 0.7:
        put(1, between(-60, 89))
    if code == "CYP" and choose.random() < 0.8:
        put(1, between(0.5, 3))
        put(2, between(0.5, 2))
    if code == "CEA" and choose.random() < 0.5:
        put(1, between(0.2, 1))
    if code in ("COP", "COE", "COD", "COO"):
        middle = between(20, 70) * choose.choice([1, -1])
        put(1, middle)
        if choose.random() < 0.7:
            put(2, between(0, min(25, 89 - abs(middle))))
    if code == "BON":
        put(1, between(20, 80) * choose.choice([1, -1]))
    if code == "HPX" and choose.random() < 0.5:
        put(1, float(choose.choice([4, 3, 5, 6])))
        put(2, float(choose.choice([3, 1, 2, 4])))
    if code == "TPV":
        # wcslib has 0 for a PVi_1 that is missing, the convention 1
        given.update({"PV1_1": 1.0, "PV2_1": 1.0})
        given.update({f"PV{longitude}_4": between(-0.01, 0.01), f"PV{latitude}_7": between(-0.01, 0.01)})
    # wcslib looks for the facet of HPX as if there were no offset
    elif code != "HPX" and choose.random() < 0.1:
        given[f"PV{longitude}_0"] = float(choose.random() < 0.5)
        given[f"PV{longitude}_1"] = between(-30, 30)
        given[f"PV{longitude}_2"] = between(-60, 60)
    return given


def header_of(code, choose):
    between = choose.uniform
    system = choose.choice(["RA--"] * 6 + ["GLON", "SLON", "ELON"])
    longitude, latitude = (1, 2) if choose.random() < 0.7 else (2, 1)
    width, height = choose.choice([(100, 60), (512, 512), (64, 128)])
    scale = 10 ** between(-2, 1.7) / max(width, height)
    header = {
        "NAXIS": 2,
        "NAXIS1": width,
        "NAXIS2": height,
        f"CTYPE{longitude}": f"{system}-{code}",
        f"CTYPE{latitude}": {"RA--": "DEC-"}.get(system, system[0] + "LAT") + f"-{code}",
        "CRPIX1": width * between(0.1, 0.9),
        "CRPIX2": height * between(0.1, 0.9),
        f"CRVAL{longitude}": between(0, 360),
        f"CRVAL{latitude}": math.degrees(math.asin(between(-1, 1))),
    }
    x, y = scale * between(0.7, 1.3) * choose.choice([-1, 1]), scale * between(0.7, 1.3)
    angle = between(-180, 180)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    # with CDELTi wcslib applies the polynomial of TPV to pixels, the convention to degrees
    kind = "CD" if code == "TPV" else choose.choice(["CD", "CDELT", "CROTA", "PC"])
    if kind == "CD":
        header.update({"CD1_1": x * c, "CD1_2": -y * s, "CD2_1": x * s, "CD2_2": y * c})
    else:
        header.update({"CDELT1": x, "CDELT2": y})
    if kind == "CROTA":
        header[f"CROTA{latitude}"] = angle
    if kind == "PC":
        header.update({"PC1_1": c, "PC1_2": -s, "PC2_1": s, "PC2_2": c})
    if choose.random() < 0.25:
        header["LONPOLE"] = between(-180, 180)
    if choose.random() < 0.15:
        header["LATPOLE"] = between(-90, 90)
    if system in ("RA--", "ELON"):
        names = ["ICRS", "FK5", "FK4", "FK4-NO-E"] if system == "RA--" else ["ICRS", "FK5"]
        header["RADESYS"] = choose.choice([*names, None])
        if header["RADESYS"] != "ICRS" or system == "ELON":
            header["EQUINOX"] = choose.choice([1950.0, 2000.0, 1975.0, 2015.5, 1900.0, None])
    header.update(parameters(code, longitude, latitude, choose))
    written = {key: float(f"{value:.10G}") if isinstance(value, float) else value for key, value in header.items()}
    return {key: value for key, value in written.items() if value is not None}, system, longitude


def sky_of(header, system, longitude):
    """Where the corners and a pixel inside are; None where wcslib refuses the header or the pixel."""
    width, height = header["NAXIS1"], header["NAXIS2"]
    pixels = [(1, 1), (1, height), (width, height), (width, 1), (width * 0.3, height * 0.6)]
    cards = fits.Header()
    for key, value in header.items():
        cards[key] = value
    try:
        world = WCS(cards).all_pix2world(pixels, 1)
    except Exception:
        return None
    sky = []
    for point in world:
        if not all(map(math.isfinite, point)):
            sky.append(None)
            continue
        place = SkyCoord(
            point[longitude - 1] * u.deg, point[2 - longitude] * u.deg, frame=frame_of(header, system)
        ).transform_to(ICRS())
        sky.append([round(place.ra.deg, 12), round(place.dec.deg, 12)])
    return sky


def main(count, seed):
    warnings.simplefilter("ignore")
    choose = random.Random(seed)
    cases = []
    for code in CODES:
        for _ in range(count):
            header, system, longitude = header_of(code, choose)
            cases.append(json.dumps([header, sky_of(header, system, longitude)]))
    print("[\n" + ",\n".join(cases) + "\n]")


main(int(sys.argv[1]), int(sys.argv[2]))
