-- Takes a message of the speaker, its edit or its deletion. The same delivery twice changes nothing, in any order.
--
-- KEYS[1] head     HASH    session, question and counters
-- KEYS[2] waiting  HASH    message ts -> message, JSON; what the speaker wrote and nobody took up yet
-- KEYS[3] seen     HASH    message ts -> ts of its latest edit or deletion ("0" for none)
-- KEYS[4] later    ZSET    what the thread must show anew, in no hurry -> stamp
-- KEYS[5] due      ZSET    ids of conversations in which something is to be done -> since when (Unix seconds)
-- KEYS[6] undrawn  ZSET    ids of conversations with something to draw -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] message ts
-- ARGV[3] message, JSON; "" when it was deleted
-- ARGV[4] ts of the edit or deletion, "0" for a new message
-- ARGV[5] what to draw anew while a question is open, such as "card:3"; "" for nothing
-- ARGV[6] stand-in for a deleted message whose turn is not closed yet, JSON
--
-- Returns "taken" (waits for its turn), "changed" (an edit or deletion was noted), "repeated" (known already)
-- or "late" (an edit or deletion of a message whose turn is closed: nothing is changed but that it was seen).

local known = redis.call('HGET', KEYS[3], ARGV[2])
if known and tonumber(known) >= tonumber(ARGV[4]) then
  return 'repeated'
end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])

local waits = redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1
local outcome
if not known and ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
  outcome = 'taken'
elseif not known then
  return 'changed'
elseif ARGV[2] == redis.call('HGET', KEYS[1], 'turn') then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] ~= '' and ARGV[3] or ARGV[6])
  outcome = 'changed'
elseif waits then
  if ARGV[3] ~= '' then
    redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
  else
    redis.call('HDEL', KEYS[2], ARGV[2])
  end
  outcome = 'changed'
else
  return 'late'
end

redis.call('HINCRBY', KEYS[1], 'input_revision', 1)
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
if ARGV[5] ~= '' then
  redis.call('ZADD', KEYS[4], redis.call('HINCRBY', KEYS[1], 'stamp', 1), ARGV[5])
  redis.call('ZADD', KEYS[6], now, ARGV[1])
end
redis.call('ZADD', KEYS[5], now, ARGV[1])
return outcome
