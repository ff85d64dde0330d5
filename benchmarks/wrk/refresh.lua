-- Rotates refresh tokens: each answer's token is the next request's. BENCH_TOKENS names a file with one token a line, more than there
-- are connections, since wrk asks for one request before it begins.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

finished, failed = 0, 0
local path = os.getenv("BENCH_PATH")
local headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Authorization"] = os.getenv("BENCH_AUTHORIZATION"),
}
local tokens = {}
for line in io.lines(os.getenv("BENCH_TOKENS")) do
    tokens[#tokens + 1] = line
end

function request()
    local token = table.remove(tokens) or "none-left"
    return wrk.format("POST", path, headers, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, _, body)
    local token = body:match('"refresh_token":"([^"]+)"')
    if status == 200 and token then
        finished = finished + 1
        tokens[#tokens + 1] = token
    else
        failed = failed + 1
    end
end
