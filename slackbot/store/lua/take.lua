-- Takes alarms that are due, for one process: nobody else gets them before the lease is over, be it that this one died.
--
-- KEYS[1] all       ZSET    "conversation id\nname" -> when it is to ring, or the lease of who rings it (Unix seconds)
--
-- ARGV[1] now (Unix seconds)
-- ARGV[2] until when they are lent (Unix seconds)
-- ARGV[3] how many at most
--
-- Returns them, the first first: member, when it was to ring, member ...

local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for index = 1, #found, 2 do
  redis.call('ZADD', KEYS[1], ARGV[2], found[index])
end
return found
