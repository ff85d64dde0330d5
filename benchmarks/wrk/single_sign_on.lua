-- Single sign-on: authorize with a session, redeem the code, read userinfo; then the next one. The steps of several sign-ons are under
-- way at once: what an answer leads to waits in a list, and the next free connection takes it. BENCH_COOKIES names a file with a session's
-- cookie a line, which take turns.
dofile(os.getenv("BENCH_SCRIPTS") .. "/report.lua")

finished, failed = 0, 0
local authorize = os.getenv("BENCH_AUTHORIZE")
local cookies, turn = {}, 0
for line in io.lines(os.getenv("BENCH_COOKIES")) do
    cookies[#cookies + 1] = line
end
local tokenPath, userInfoPath = os.getenv("BENCH_TOKEN_PATH"), os.getenv("BENCH_USERINFO_PATH")
local redemption = os.getenv("BENCH_REDEMPTION")
local tokenHeaders = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Authorization"] = os.getenv("BENCH_AUTHORIZATION"),
}
local waiting = {}

function request()
    local next = table.remove(waiting)
    if next then
        return next
    end
    turn = turn % #cookies + 1
    return wrk.format("GET", authorize, { ["Cookie"] = cookies[turn] })
end

local function header(headers, name)
    for key, value in pairs(headers) do
        if key:lower() == name then
            return value
        end
    end
end

function response(status, headers, body)
    local code = status == 303 and (header(headers, "location") or ""):match("[?&]code=([^&]+)")
    local token = status == 200 and body:match('"access_token":"([^"]+)"')
    if code then
        waiting[#waiting + 1] = wrk.format("POST", tokenPath, tokenHeaders, redemption .. code)
    elseif token and body:find('"id_token":"', 1, true) then
        waiting[#waiting + 1] = wrk.format("GET", userInfoPath, { ["Authorization"] = "Bearer " .. token })
    elseif status == 200 and body:find('"sub":"', 1, true) then
        finished = finished + 1
    else
        failed = failed + 1
    end
end
