-- Notes that a reminder rang and its conversation can't take it now. Whoever carries the conversation on fires it then.
--
-- KEYS[1] all       ZSET    "conversation id\nname" -> when it is to ring (Unix seconds)
-- KEYS[2] held      ZSET    the same, of those that rang and are held back
-- KEYS[3] due       ZSET    ids of conversations in which something is to be done -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] name
-- ARGV[3] when it was to ring (Unix seconds)
--
-- Returns 1 when it was held back, 0 when it was not to ring any more (nothing is changed).

local member = ARGV[1] .. '\n' .. ARGV[2]
if redis.call('ZREM', KEYS[1], member) == 0 then
  return 0
end
redis.call('ZADD', KEYS[2], ARGV[3], member)
local time = redis.call('TIME')
redis.call('ZADD', KEYS[3], time[1] .. '.' .. string.format('%06d', time[2]), ARGV[1])
return 1
