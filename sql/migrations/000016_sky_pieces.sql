-- The area to the left of a closed ring in degrees, as in 000007_sky, but its triangles are added up from the middle of the corners, moved a
-- little, so that the place opposite is no corner. There it was a fixed place, not quite a unit vector: what was small and lay near the place
-- opposite (RA 126.8, Dec -52.8) came out too large, or with the wrong sign.
create or replace function sky_left(ring geometry) returns double precision language plpgsql immutable strict parallel safe as $$
declare
  corners constant int := st_npoints(ring);
  x float8[]; y float8[]; z float8[];
  rx float8 := 0.036; ry float8 := -0.048; rz float8 := 0.08;
  length float8;
  total float8 := 0;
  point geometry;
begin
  for i in 1 .. corners loop
    point := st_pointn(ring, i);
    x[i] := sky_x(point); y[i] := sky_y(point); z[i] := sky_z(point);
    rx := rx + x[i]; ry := ry + y[i]; rz := rz + z[i];
  end loop;
  length := sqrt(rx ^ 2 + ry ^ 2 + rz ^ 2);
  rx := rx / length; ry := ry / length; rz := rz / length;
  for i in 2 .. corners loop
    -- seen from there they are small where the ring is, and their products exact
    total := total + 2 * atan2(
      rx * ((y[i - 1] - ry) * (z[i] - rz) - (z[i - 1] - rz) * (y[i] - ry))
        + ry * ((z[i - 1] - rz) * (x[i] - rx) - (x[i - 1] - rx) * (z[i] - rz))
        + rz * ((x[i - 1] - rx) * (y[i] - ry) - (y[i - 1] - ry) * (x[i] - rx)),
      1 + (rx * x[i - 1] + ry * y[i - 1] + rz * z[i - 1]) + (rx * x[i] + ry * y[i] + rz * z[i])
        + (x[i - 1] * x[i] + y[i - 1] * y[i] + z[i - 1] * z[i]));
  end loop;
  return total - 4 * pi() * round(total / (4 * pi()));
end
$$;

-- Whether a piece covers another, shared edges and corners included (to 1e-12 of a radian). As in 000007_sky, but for corners on an edge:
-- where a region is cut along the circles that cut the area too, its corners lie on the edges of a piece, and of some of them st_covers()
-- says, by a last digit, that they are outside.
create or replace function sky_piece_covers(piece geography, other geography) returns boolean language plpgsql immutable strict parallel safe as $$
declare
  whole geography;
  axis int;
  one geometry;
  two geometry;
begin
  if not (piece && other) then
    return false;
  elsif st_dimension(other::geometry) = 0 then
    return st_covers(piece, other);
  end if;
  -- the edge of a hole is not covered to st_covers(), so holes come later
  whole := st_makepolygon(st_exteriorring(piece::geometry))::geography;
  if not st_covers(whole, st_points(other::geometry)::geography) and exists (
    select from st_dumppoints(other::geometry) p where not st_dwithin(whole, p.geom::geography, 0.0001, false))
  then
    return false;
  end if;
  select a.i into axis
  from (
    select abs(sum(sign(v.x))) = count(*) as x, abs(sum(sign(v.y))) = count(*) as y, abs(sum(sign(v.z))) = count(*) as z,
      min(abs(v.x)) as nx, min(abs(v.y)) as ny, min(abs(v.z)) as nz
    from (
      select sky_x(p.geom) as x, sky_y(p.geom) as y, sky_z(p.geom) as z
      from st_dumppoints(piece::geometry) p
    ) v
  ) r
  cross join lateral (values (1, r.x, r.nx), (2, r.y, r.ny), (3, r.z, r.nz)) a (i, one_side, distance)
  order by a.one_side desc, a.distance desc
  limit 1;
  one := sky_on_plane(piece::geometry, axis);
  -- each gets the corners of the other that lie on its edges
  two := st_snap(sky_on_plane(other::geometry, axis), one, 1e-12);
  return st_covers(st_snap(one, two, 1e-12), two);
end
$$;

-- Pieces that were kept of what was cut with the wrong sign.
update frames set pieces = sky_pieces(area) where sky_is_wide(area) and pieces::text is distinct from sky_pieces(area)::text;
