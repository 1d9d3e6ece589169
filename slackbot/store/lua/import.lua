-- Adds events to a conversation that was held elsewhere, unless it is not as it was when that was decided.
--
-- KEYS[1] log       LIST    the conversation's events, JSON, oldest first; its length is the version
-- KEYS[2] head      HASH    session, question and counters; absent where the conversation has no session
-- KEYS[3] replaced  STRING  how often the log was replaced
-- KEYS[4] training  HASH    wanted: counts the turns after which training is wanted
--
-- ARGV[1] expected version (length of the log)
-- ARGV[2] expected count of replacements
-- ARGV[3] expected session, JSON, or "" for none
-- ARGV[4] events, JSON array of JSON strings
-- ARGV[5] session, JSON, which makes it one that is learned from; "" to give it none
--
-- Returns 1; or 0, with nothing changed, when the conversation is not as expected.

if redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[1])
  or (redis.call('GET', KEYS[3]) or '0') ~= ARGV[2]
  or (redis.call('HGET', KEYS[2], 'session') or '') ~= ARGV[3] then
  return 0
end

for _, event in ipairs(cjson.decode(ARGV[4])) do
  redis.call('RPUSH', KEYS[1], event)
end
if ARGV[5] ~= '' then
  -- It is over: no reminder of it is to fire.
  redis.call('HSET', KEYS[2], 'session', ARGV[5], 'session_revision', 1, 'question_revision', 0, 'input_revision', 0,
    'questions', 0, 'stamp', 1, 'reminders', 'indexed')
  redis.call('HINCRBY', KEYS[4], 'wanted', 1)
end
return 1
