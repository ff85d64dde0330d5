-- Rotates refresh tokens, the longest unused one first: what an answer brings is kept for later. BENCH_TOKENS names a file with one token
-- a line, more than there are connections, since wrk asks for one request before it begins. Tokens that come in are added to the file
-- BENCH_SUCCESSORS, if there is one; `issued` is how many were sent, so that the caller knows which ones are left.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

finished, failed, issued = 0, 0, 0
local path = os.getenv("BENCH_PATH")
local headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Authorization"] = os.getenv("BENCH_AUTHORIZATION"),
}
local tokens = {}
for line in io.lines(os.getenv("BENCH_TOKENS")) do
    tokens[#tokens + 1] = line
end
local count = #tokens
-- wrk runs this file once to look at it and once for its thread: the second time, nothing has been written yet either.
local successors = os.getenv("BENCH_SUCCESSORS") and io.open(os.getenv("BENCH_SUCCESSORS"), "w")

function request()
    issued = issued + 1
    local token = tokens[issued]
    tokens[issued] = false
    return wrk.format("POST", path, headers, "grant_type=refresh_token&refresh_token=" .. (token or "none-left"))
end

function response(status, _, body)
    local token = body:match('"refresh_token":"([^"]+)"')
    if status == 200 and token then
        finished = finished + 1
        count = count + 1
        tokens[count] = token
        if successors then
            successors:write(token, "\n")
        end
    else
        failed = failed + 1
    end
end
