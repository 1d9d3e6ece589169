-- Notes that a part of the thread was drawn, unless it must be drawn anew already.
--
-- KEYS[1] redraw   ZSET    what the thread must show anew -> stamp
-- KEYS[2] later    ZSET    the same, in no hurry -> stamp
-- KEYS[3] shown    HASH    name -> what the thread shows, JSON
-- KEYS[4] undrawn  ZSET    ids of conversations with something to draw -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] name of what was drawn
-- ARGV[3] stamp up to which it was drawn
-- ARGV[4] what is shown, JSON; "" to leave the note as it is
--
-- Returns how many names are left to draw.

if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
end
for index = 1, 2 do
  local stamp = redis.call('ZSCORE', KEYS[index], ARGV[2])
  if stamp and tonumber(stamp) <= tonumber(ARGV[3]) then
    redis.call('ZREM', KEYS[index], ARGV[2])
  end
end
local left = redis.call('ZCARD', KEYS[1]) + redis.call('ZCARD', KEYS[2])
if left == 0 then
  redis.call('ZREM', KEYS[4], ARGV[1])
end
return left
