-- Marks a session as waiting for votes that don't come. The next vote, and whatever else changes the question, takes
-- the mark away (vote.lua, commit.lua).
--
-- KEYS[1] head       HASH    session, question and counters; waiting_since: the mark (Unix seconds)
-- KEYS[2] later      ZSET    what the thread must show anew, in no hurry -> stamp
-- KEYS[3] undrawn    ZSET    ids of conversations with something to draw -> since when (Unix seconds)
-- KEYS[4] questions  HASH    "conversation id\nquestion id\nwhat" -> when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] id of the question that nobody votes on
-- ARGV[3] expected input_revision (votes and messages)
-- ARGV[4] now (Unix seconds)
-- ARGV[5] field of the question in which the mark is noted
--
-- Returns 1 when it was marked, else 0 (nothing is changed).

local head = redis.call('HMGET', KEYS[1], 'question_id', 'input_revision')
if head[1] ~= ARGV[2] or head[2] ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'waiting_since', ARGV[4])
redis.call('HSET', KEYS[4], ARGV[5], ARGV[4])
local time = redis.call('TIME')
redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[1], 'stamp', 1), 'parent')
redis.call('ZADD', KEYS[3], time[1] .. '.' .. string.format('%06d', time[2]), ARGV[1])
return 1
