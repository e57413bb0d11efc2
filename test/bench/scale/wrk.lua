-- For wrk: asks for the paths of a file (the argument) in turn, and prints its counters and then each time that was measured, in
-- microseconds, with how often it was.
local requests, at = {}, 0

function init(args)
  wrk.headers['Accept'] = 'application/json'
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format('GET', path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('counters %d %d %d %d\n', summary.duration, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
  for i = 1, #latency do
    io.write(string.format('%d %d\n', latency(i)))
  end
end
