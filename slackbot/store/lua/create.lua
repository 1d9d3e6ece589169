-- Opens a conversation unless it exists already.
--
-- KEYS[1] log      LIST    the conversation's events, JSON, oldest first
-- KEYS[2] head     HASH    session, question and counters
-- KEYS[3] redraw   ZSET    what the thread must show anew -> stamp
-- KEYS[4] active   SET     ids of the conversations that are not over
-- KEYS[5] due      ZSET    ids of conversations in which something is to be done -> since when (Unix seconds)
-- KEYS[6] undrawn  ZSET    ids of conversations with something to draw -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] session, JSON
-- ARGV[3] first events, JSON array of JSON strings
-- ARGV[4] first redraw, such as "parent"
-- ARGV[5] "1" when the first events have no reminders: the index of reminders needs none of them
-- ARGV[6] number after which questions are numbered
--
-- Returns 1 when it was opened, 0 when it was there (nothing is changed).

if redis.call('HSETNX', KEYS[2], 'session', ARGV[2]) == 0 then
  return 0
end
redis.call('HSET', KEYS[2], 'session_revision', 1, 'question_revision', 0, 'input_revision', 0, 'questions', ARGV[6],
  'stamp', 1)
if ARGV[5] == '1' then
  redis.call('HSET', KEYS[2], 'reminders', 'indexed')
end
for _, event in ipairs(cjson.decode(ARGV[3])) do
  redis.call('RPUSH', KEYS[1], event)
end
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
redis.call('ZADD', KEYS[3], 1, ARGV[4])
redis.call('SADD', KEYS[4], ARGV[1])
redis.call('ZADD', KEYS[5], now, ARGV[1])
redis.call('ZADD', KEYS[6], now, ARGV[1])
return 1
