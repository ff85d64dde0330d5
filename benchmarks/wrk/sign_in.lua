-- Signs residents in by password, each drawn at random and from an address of its own: the server must trust the driver's word for it
-- (server.trusted-proxies). One browser's form serves all. BENCH_NAMES is what usernames begin with, BENCH_COUNT how many there are.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

finished, failed = 0, 0
math.randomseed(tonumber(os.getenv("BENCH_SEED")))
local count, names, form = tonumber(os.getenv("BENCH_COUNT")), os.getenv("BENCH_NAMES"), os.getenv("BENCH_FORM")
local headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Cookie"] = os.getenv("BENCH_COOKIE"),
}

function request()
    headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
    return wrk.format("POST", "/sign-in", headers, form .. "&identifier=" .. names .. math.random(1, count))
end

function response(status)
    if status == 303 then
        finished = finished + 1
    else
        failed = failed + 1
    end
end
