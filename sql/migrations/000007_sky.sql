-- Regions of the sky of any width. PostGIS tells the inside of a ring from its outside by the box about it in space; where that box has
-- to hold the whole sphere (from a radius of some 35 degrees on, wherever the ring goes round the centre on all three axes) it has no
-- point that is certainly outside, and takes the ring inside out. Such wide rings are cut here along six great circles into pieces
-- of which each lies on one side of an axis. The inside of a ring is the smaller of its two sides, whichever way it runs.
-- No row is read or changed here. Pieces are kept with what is written from now on, by whichever server; those of older wide areas are cut
-- at every search, until `update frames set area = area where sky_is_wide(area)`.

-- Whether PostGIS may take an area inside out: its box holds all six axes. Where it does not, the first comparison says so.
create function sky_is_wide(area geography) returns boolean language sql immutable parallel safe as $$
  select area && 'POINT(0 0)'::geography and area && 'POINT(180 0)'::geography
    and area && 'POINT(90 0)'::geography and area && 'POINT(-90 0)'::geography
    and area && 'POINT(0 90)'::geography and area && 'POINT(0 -90)'::geography
$$;

-- A place in degrees as a unit vector. A turn more, for what is nearer to 0 than that can be told from it would be too small to be multiplied.
create function sky_x(place geometry) returns double precision language sql immutable parallel safe as $$
  select cosd(st_y(place) + 360) * cosd(st_x(place) + 360)
$$;
create function sky_y(place geometry) returns double precision language sql immutable parallel safe as $$
  select cosd(st_y(place) + 360) * sind(st_x(place) + 360)
$$;
create function sky_z(place geometry) returns double precision language sql immutable parallel safe as $$
  select sind(st_y(place) + 360)
$$;

-- The vertices of a closed ring in degrees as a line of unit vectors, without the last, which repeats the first.
create function sky_vectors(line geometry) returns geometry language sql immutable strict parallel safe as $$
  select st_makeline(st_makepoint(sky_x(p.geom), sky_y(p.geom), sky_z(p.geom))
    order by p.path[1])
  from st_dumppoints(line) p
  where p.path[1] < st_npoints(line)
$$;

-- Back to degrees; `closed` repeats the first vertex at the end.
create function sky_degrees(vectors geometry, closed boolean) returns geometry language sql immutable strict parallel safe as $$
  select case when closed then st_addpoint(l.line, st_startpoint(l.line)) else l.line end
  from (
    select st_setsrid(st_makeline(st_makepoint(atan2d(st_y(p.geom), st_x(p.geom)),
      atan2d(st_z(p.geom), sqrt(st_x(p.geom) ^ 2 + st_y(p.geom) ^ 2))) order by p.path[1]), 4326) as line
    from st_dumppoints(vectors) p
  ) l
$$;

-- The area to the left of a closed ring in degrees, as seen from outside the sphere, in steradians; negative where the side to the right is
-- the smaller one. Triangles are added up from a point that is no vertex of anything (Van Oosterom and Strackee 1983).
create function sky_left(ring geometry) returns double precision language plpgsql immutable strict parallel safe as $$
declare
  rx constant float8 := 0.36181; ry constant float8 := -0.48413; rz constant float8 := 0.7967061;
  x1 float8; y1 float8; z1 float8; x2 float8; y2 float8; z2 float8;
  total float8 := 0;
  point geometry;
begin
  for i in 1 .. st_npoints(ring) loop
    point := st_pointn(ring, i);
    x2 := sky_x(point); y2 := sky_y(point); z2 := sky_z(point);
    if i > 1 then
      total := total + 2 * atan2(
        rx * (y1 * z2 - z1 * y2) + ry * (z1 * x2 - x1 * z2) + rz * (x1 * y2 - y1 * x2),
        1 + (rx * x1 + ry * y1 + rz * z1) + (rx * x2 + ry * y2 + rz * z2) + (x1 * x2 + y1 * y2 + z1 * z2));
    end if;
    x1 := x2; y1 := y2; z1 := z2;
  end loop;
  total := total - 4 * pi() * floor(total / (4 * pi()));
  return case when total > 2 * pi() then total - 4 * pi() else total end;
end
$$;

-- What of a region lies on one side of a great circle: where n·v > 0 if `keep`, else the rest. A region is its rings of unit vectors, each
-- with the inside to its left. Where a ring leaves the half, the edge goes on along the circle to where the next one enters. Null: rings
-- that cross themselves or each other.
create function sky_half(region geometry[], nx double precision, ny double precision, nz double precision, keep boolean)
returns geometry[] language plpgsql immutable parallel safe as $$
declare
  direction constant int := case when keep then 1 else -1 end;
  n constant float8 := sqrt(nx ^ 2 + ny ^ 2 + nz ^ 2);
  -- two directions on the circle, at right angles
  ux constant float8 := -ny / sqrt(nx ^ 2 + ny ^ 2); uy constant float8 := nx / sqrt(nx ^ 2 + ny ^ 2);
  wx constant float8 := -nz * uy / n; wy constant float8 := nz * ux / n; wz constant float8 := (nx * uy - ny * ux) / n;
  result geometry[] := '{}';
  ring geometry;
  points geometry[]; side float8[]; kept boolean[]; m int; first int; a int; b int;
  crossing geometry; t float8; angle float8;
  path geometry[]; lines geometry[] := '{}'; entries float8[] := '{}'; exits float8[] := '{}';
  used boolean[]; current int; next int; gap float8; least float8; steps int;
begin
  foreach ring in array region loop
    select array_agg(p.geom order by p.path[1]), array_agg(nx * st_x(p.geom) + ny * st_y(p.geom) + nz * st_z(p.geom) order by p.path[1])
      into points, side from st_dumppoints(ring) p;
    m := cardinality(points);
    kept := array(select (s > 0) = keep from unnest(side) with ordinality as u (s, i) order by i);
    if not false = any (kept) then
      result := result || ring;
    end if;
    continue when not (true = any (kept) and false = any (kept));
    first := 1;
    while kept[first] or not kept[first % m + 1] loop first := first + 1; end loop;
    for k in 0 .. m - 1 loop
      a := (first - 1 + k) % m + 1;
      b := a % m + 1;
      if kept[a] <> kept[b] then
        t := side[a] / (side[a] - side[b]);
        crossing := st_makepoint(
          st_x(points[a]) + t * (st_x(points[b]) - st_x(points[a])),
          st_y(points[a]) + t * (st_y(points[b]) - st_y(points[a])),
          st_z(points[a]) + t * (st_z(points[b]) - st_z(points[a])));
        t := sqrt(st_x(crossing) ^ 2 + st_y(crossing) ^ 2 + st_z(crossing) ^ 2);
        crossing := st_makepoint(st_x(crossing) / t, st_y(crossing) / t, st_z(crossing) / t);
        angle := atan2(
          st_x(crossing) * wx + st_y(crossing) * wy + st_z(crossing) * wz, st_x(crossing) * ux + st_y(crossing) * uy);
        if kept[b] then
          path := array[crossing];
          entries := entries || angle;
        else
          lines := lines || st_makeline(path || crossing);
          exits := exits || angle;
        end if;
      end if;
      if kept[b] then path := path || points[b]; end if;
    end loop;
  end loop;

  used := array_fill(false, array[cardinality(lines)]);
  for c in 1 .. cardinality(lines) loop
    continue when used[c];
    path := '{}';
    current := c;
    loop
      used[current] := true;
      path := path || array(select p.geom from st_dumppoints(lines[current]) p order by p.path[1]);
      least := 7;
      for j in 1 .. cardinality(lines) loop
        gap := direction * (entries[j] - exits[current]);
        gap := gap - 2 * pi() * floor(gap / (2 * pi()));
        if gap > 2 * pi() - 1e-13 then gap := 0; end if;
        if gap < least then least := gap; next := j; end if;
      end loop;
      -- no edge is so long that its shorter way round is another
      steps := ceil(least);
      for i in 1 .. steps - 1 loop
        angle := exits[current] + direction * least * i / steps;
        path := path || st_makepoint(cos(angle) * ux + sin(angle) * wx, cos(angle) * uy + sin(angle) * wy, sin(angle) * wz);
      end loop;
      exit when next = c;
      if used[next] then return null; end if;
      current := next;
    end loop;
    result := result || st_makeline(path);
  end loop;
  return result;
end
$$;

-- The great circles that regions are cut along, by their poles: a few degrees off the planes x = ±y, y = ±z and z = ±x, so that no edge that
-- somebody draws lies on one. No cell between them reaches over three axes.
create function sky_circles() returns double precision[] language sql immutable parallel safe as $$
  select '{{1.013,-0.971,0.043},{0.957,1.029,-0.037},{0.031,1.017,-0.983},{-0.047,0.991,1.023},{-0.967,0.041,1.011},{1.019,0.053,0.973}}'::float8[]
$$;

-- A region cut along the circles from the given one on, piece by piece. Null: see sky_half.
create function sky_split(region geometry[], circle integer) returns setof geometry[] language plpgsql immutable parallel safe as $$
declare
  circles constant float8[] := sky_circles();
begin
  if region = '{}' then
    return;
  elsif region is null or circle > 6 then
    return next region;
  else
    for keep in 0 .. 1 loop
      return query select * from sky_split(
        sky_half(region, circles[circle][1], circles[circle][2], circles[circle][3], keep = 1), circle + 1);
    end loop;
  end if;
end
$$;

-- A region of unit vectors that lies on one side of an axis, as polygons in degrees.
create function sky_polygons(region geometry[]) returns setof geography language sql immutable parallel safe as $$
  with ring as (
    select st_reverse(r.line) as line, sky_left(r.line) > 0 as is_outer
    from unnest(region) vectors
    cross join lateral sky_degrees(vectors, true) as r (line)
    where st_npoints(vectors) > 2
  )
  select st_makepolygon(o.line, array(
    select h.line from ring h
    where not h.is_outer and st_covers(st_makepolygon(o.line)::geography, st_startpoint(h.line)::geography)))::geography
  from ring o
  where o.is_outer
$$;

-- A line in degrees, edge by edge, each cut where it crosses one of the circles.
create function sky_edges(line geometry) returns setof geography language sql immutable parallel safe as $$
  with vertex as (
    select p.path[1] as i, sky_x(p.geom) as x, sky_y(p.geom) as y, sky_z(p.geom) as z
    from st_dumppoints(line) p
  ), cut as (
    select a.i, at.t, st_makepoint(a.x + at.t * (b.x - a.x), a.y + at.t * (b.y - a.y), a.z + at.t * (b.z - a.z)) as point
    from vertex a
    join vertex b on b.i = a.i + 1
    cross join lateral (
      values (0::float8), (1)
      union
      select d.a / (d.a - d.b)
      from generate_series(1, 6) k
      cross join sky_circles() c
      cross join lateral (
        select c[k][1] * a.x + c[k][2] * a.y + c[k][3] * a.z as a, c[k][1] * b.x + c[k][2] * b.y + c[k][3] * b.z as b) d
      where d.a > 0 and d.b < 0 or d.a < 0 and d.b > 0
    ) at (t)
  ), edge as (
    select point as one, lead(point) over (partition by i order by t) as other from cut
  )
  select sky_degrees(st_makeline(one, other), false)::geography from edge where other is not null
$$;

-- A region as pieces about which PostGIS is right: what is not a point is cut along the circles. Null: a ring crosses itself.
create function sky_pieces(area geography) returns geography[] language plpgsql immutable parallel safe as $$
declare
  pieces geography[] := '{}';
  part geometry;
  region geometry[];
begin
  for part in select d.geom from st_dump(area::geometry) d where not st_isempty(d.geom) loop
    if st_geometrytype(part) = 'ST_Polygon' then
      for region in
        select s from sky_split(array(
          select sky_vectors(case when (sky_left(r.line) > 0) = (d.path[1] = 0) then r.line else st_reverse(r.line) end)
          from st_dumprings(part) d
          cross join lateral st_exteriorring(d.geom) as r (line)), 1) s
      loop
        if region is null then return null; end if;
        pieces := pieces || array(select sky_polygons(region));
      end loop;
    elsif st_geometrytype(part) = 'ST_LineString' then
      pieces := pieces || array(select sky_edges(part));
    else
      pieces := pieces || part::geography;
    end if;
  end loop;
  return pieces;
end
$$;

-- A line in degrees as it is seen from the middle of the sphere on a plane across an axis (1 to 3: x, y, z), where great circles are straight.
-- All of it has to lie on one side of that axis, well away from its plane.
create function sky_line_on_plane(line geometry, axis integer) returns geometry language sql immutable parallel safe as $$
  select st_makeline(case axis
    when 1 then st_makepoint(v.y / v.x, v.z / v.x)
    when 2 then st_makepoint(v.x / v.y, v.z / v.y)
    else st_makepoint(v.x / v.z, v.y / v.z) end order by v.path[1])
  from (
    select p.path, sky_x(p.geom) as x, sky_y(p.geom) as y, sky_z(p.geom) as z
    from st_dumppoints(line) p
  ) v
$$;

create function sky_on_plane(shape geometry, axis integer) returns geometry language plpgsql immutable parallel safe as $$
begin
  if st_dimension(shape) < 2 then
    return sky_line_on_plane(shape, axis);
  end if;
  return st_collectionextract(st_makevalid(st_makepolygon(
    sky_line_on_plane(st_exteriorring(shape), axis),
    array(select sky_line_on_plane(st_exteriorring(r.geom), axis) from st_dumprings(shape) r where r.path[1] > 0))), 3);
end
$$;

-- Whether a piece covers another, shared edges and corners included (to 1e-12 of a radian).
create function sky_piece_covers(piece geography, other geography) returns boolean language plpgsql immutable strict parallel safe as $$
declare
  axis int;
  one geometry;
  two geometry;
begin
  if not (piece && other) then
    return false;
  elsif st_dimension(other::geometry) = 0 then
    return st_covers(piece, other);
  -- the edge of a hole is not covered to st_covers(), so holes come later
  elsif not st_covers(st_makepolygon(st_exteriorring(piece::geometry))::geography, st_points(other::geometry)::geography) then
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

-- Whether an area of few corners has none that points inwards: it holds every line between two places in it.
create function sky_is_convex(area geography) returns boolean language plpgsql immutable strict parallel safe as $$
declare
  ring constant geometry := st_exteriorring(area::geometry);
  corners constant int := st_npoints(ring) - 1;
  x float8[]; y float8[]; z float8[];
  next int; nx float8; ny float8; nz float8; side float8; first float8;
  point geometry;
begin
  if corners > 16 or st_numinteriorrings(area::geometry) > 0 then return false; end if;
  for i in 1 .. corners loop
    point := st_pointn(ring, i);
    x[i] := sky_x(point); y[i] := sky_y(point); z[i] := sky_z(point);
  end loop;
  -- all corners lie to the same side of every edge
  for i in 1 .. corners loop
    next := i % corners + 1;
    nx := y[i] * z[next] - z[i] * y[next]; ny := z[i] * x[next] - x[i] * z[next]; nz := x[i] * y[next] - y[i] * x[next];
    for k in 1 .. corners loop
      continue when k = i or k = next;
      side := sign(nx * x[k] + ny * y[k] + nz * z[k]);
      first := coalesce(first, side);
      if side = 0 or side <> first then return false; end if;
    end loop;
  end loop;
  return true;
end
$$;

-- Whether an area of any width, cut into these pieces (null: not yet), covers a region, as st_covers() says of a point in a narrow one. For edges that function depends on which way a
-- ring runs: where it says the same of both, it is right; where not, edges or corners are shared.
create function sky_covers(area geography, pieces geography[], region geography) returns boolean
language plpgsql immutable parallel safe cost 1000 as $$
begin
  if not sky_is_wide(area) then
    if st_dimension(region::geometry) = 0 then
      return st_covers(area, region);
    elsif not st_covers(st_makepolygon(st_exteriorring(area::geometry))::geography, st_points(region::geometry)::geography) then
      return false;
    elsif sky_is_convex(area) then
      return true;
    elsif st_numinteriorrings(area::geometry) = 0 and st_geometrytype(region::geometry) in ('ST_Polygon', 'ST_LineString')
      and st_covers(area, region) and st_covers(st_reverse(area::geometry)::geography, region) then
      return true;
    end if;
  end if;
  pieces := coalesce(pieces, sky_pieces(area));
  return (
    select count(*) > 0 and bool_and(exists (select from unnest(pieces) p where sky_piece_covers(p, r)))
    from unnest(sky_pieces(region)) r);
end
$$;

create function sky_intersects(area geography, pieces geography[], region geography) returns boolean
language plpgsql immutable parallel safe cost 1000 as $$
begin
  if not sky_is_wide(area) then
    return area && region and st_intersects(area, region);
  end if;
  -- of edges on the same great circle, on opposite sides of the sphere, st_intersects() alone says that they meet
  return exists (select from unnest(coalesce(pieces, sky_pieces(area))) p where p && region and st_intersects(p, region));
end
$$;

-- Whether an area meets the box from right ascension `ra` eastwards over `width` degrees, between two declinations. The edges of the box to
-- the north and south are parallels: an edge of the area is asked where it reaches their declination.
create function sky_meets_box(
  area geography, pieces geography[], ra double precision, width double precision, dec1 double precision, dec2 double precision)
returns boolean language plpgsql immutable parallel safe cost 1000 as $$
declare
  shape constant geometry := area::geometry;
  middle constant float8 := (dec1 + dec2) / 2;
  p record; dec float8; s float8;
  lon float8; x1 float8; y1 float8; z1 float8; x2 float8; y2 float8; z2 float8;
  nx float8; ny float8; nz float8; h float8; x float8; y float8;
begin
  for p in select st_x(d.geom) as lon, st_y(d.geom) as lat from st_dumppoints(shape) d loop
    lon := p.lon - ra;
    if p.lat between dec1 and dec2 and lon - 360 * floor(lon / 360) <= width then return true; end if;
  end loop;

  -- the box reaches into the area, or is all in it
  if width < 360 and dec1 < dec2 then
    if sky_intersects(area, pieces, st_setsrid(st_collect(
      st_makeline(array[st_makepoint(ra, dec1), st_makepoint(ra, middle), st_makepoint(ra, dec2)]),
      st_makeline(array[st_makepoint(ra + width, dec1), st_makepoint(ra + width, middle), st_makepoint(ra + width, dec2)])
    ), 4326)::geography) then return true; end if;
  elsif sky_intersects(area, pieces, st_setsrid(st_collect(st_makepoint(ra, dec1), st_makepoint(ra + width, dec1)), 4326)::geography) then
    return true;
  end if;

  -- the area reaches into the box and out again
  for p in select d.path[2] as i, d.geom from st_dumppoints(shape) d order by d.path loop
    x2 := sky_x(p.geom); y2 := sky_y(p.geom); z2 := sky_z(p.geom);
    if p.i > 1 then
      nx := y1 * z2 - z1 * y2; ny := z1 * x2 - x1 * z2; nz := x1 * y2 - y1 * x2;
      h := nx ^ 2 + ny ^ 2;
      if h > 0 then
        foreach dec in array array[dec1, dec2] loop
          s := sind(dec);
          -- the two points of the edge's circle at this declination: n · (x, y, s) = 0 and x² + y² = 1 - s²
          if (1 - s ^ 2) * h >= (s * nz) ^ 2 then
            for sign in 0 .. 1 loop
              lon := sqrt((1 - s ^ 2) * h - (s * nz) ^ 2) * (2 * sign - 1);
              x := (-s * nz * nx - lon * ny) / h;
              y := (-s * nz * ny + lon * nx) / h;
              -- between the ends, on this side of the sphere
              if (y1 * s - z1 * y) * nx + (z1 * x - x1 * s) * ny + (x1 * y - y1 * x) * nz >= 0
                and (y * z2 - s * y2) * nx + (s * x2 - x * z2) * ny + (x * y2 - y * x2) * nz >= 0 then
                lon := atan2d(y, x) - ra;
                if lon - 360 * floor(lon / 360) <= width then return true; end if;
              end if;
            end loop;
          end if;
        end loop;
      end if;
    end if;
    x1 := x2; y1 := y2; z1 := z2;
  end loop;
  return false;
end
$$;

-- An area as it is given: errors SKY01, a declination beyond the poles (longitudes are folded, latitudes too unless asked), and SKY02, a wide
-- ring that crosses itself.
create function sky_area(shape geometry) returns geography language plpgsql immutable strict parallel safe as $$
declare
  area geography;
begin
  if st_ymax(shape) > 90 or st_ymin(shape) < -90 then raise sqlstate 'SKY01' using message = 'declination beyond ±90'; end if;
  area := st_force2d(shape)::geography;
  if sky_is_wide(area) and sky_pieces(area) is null then raise sqlstate 'SKY02' using message = 'ring crosses itself'; end if;
  return area;
end
$$;

alter table frames add column pieces geography[];
comment on column frames.pieces is 'the area in pieces, where PostGIS would take it inside out; null: it would not, or it is not cut yet';

create function keep_pieces() returns trigger language plpgsql set search_path from current as $$
begin
  new.pieces := case when sky_is_wide(new.area) then sky_pieces(new.area) end;
  return new;
end
$$;
create trigger keep_pieces before insert or update of area on frames for each row execute function keep_pieces();
