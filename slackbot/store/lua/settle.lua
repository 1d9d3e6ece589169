-- Removes a conversation from an index of things to do, unless it was put there anew since.
--
-- KEYS[1] index    ZSET    conversation ids -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] the score that was read
--
-- Returns 1 when it was removed, else 0.

local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) <= tonumber(ARGV[2]) then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
return 0
