-- What every script of this folder ends with: the figures as one line of JSON, the last line that wrk prints.
--
-- With one thread wrk runs one Lua state for the requests; a script counts there, in the globals `finished` and `failed`.
local thread

function setup(started)
    thread = started
end

function done(summary, latency, requests)
    io.write(string.format(
        '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d,"finished":%d,"failed":%d,"issued":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.status,
        thread:get("finished") or -1, thread:get("failed") or 0, thread:get("issued") or 0))
end
