-- Begins a periodic job, if it is time: of all who ask at once, one does.
--
-- KEYS[1] periodic   HASH    periodic job -> when it was begun last (Unix seconds)
--
-- ARGV[1] name of the job
-- ARGV[2] now (Unix seconds)
-- ARGV[3] seconds between two runs
--
-- Returns 1 when it is to be begun, else 0.

local last = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
local now = tonumber(ARGV[2])
-- A clock that went back must not keep it from running for long.
if last <= now and now - last < tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
