-- The same request over and over: method and body from the environment. wrk itself counts answers of 400 and above.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

wrk.method = os.getenv("BENCH_METHOD") or "GET"
local body = os.getenv("BENCH_BODY")
if body then
    wrk.body = body
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end
local authorization = os.getenv("BENCH_AUTHORIZATION")
if authorization then
    wrk.headers["Authorization"] = authorization
end

-- Milliseconds between an answer and the next request on its connection, to leave the server unsaturated.
local pause = tonumber(os.getenv("BENCH_PAUSE"))
if pause then
    function delay()
        return pause
    end
end
