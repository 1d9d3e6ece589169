-- Appends events to a conversation's log from outside the learning loop, or puts them in the place of the whole log.
-- A conversation that is taught in a session is only added to, and only where nothing of it is under way.
--
-- KEYS[1] log       LIST    the conversation's events, JSON, oldest first; its length is the version
-- KEYS[2] head      HASH    session, question and counters; absent where the conversation has no session
-- KEYS[3] replaced  STRING  how often the log was replaced
-- KEYS[4] waiting   HASH    what the speaker wrote and nobody took up yet
-- KEYS[5] due       ZSET    ids of conversations in which something is to be done -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] expected version (length of the log), or "" for any
-- ARGV[3] expected count of replacements, or "" for any
-- ARGV[4] "1" to put the events in the place of the log, else ""
-- ARGV[5] and all behind it: the events, JSON
--
-- Returns the new version and the count of replacements; or, with nothing changed, -1 when the log is not as expected,
-- -2 when something is under way in the session, -3 when the session is over, -4 when a session's log would be replaced.

local session = redis.call('HGET', KEYS[2], 'session')
if session then
  if ARGV[4] == '1' then
    return { -4, 0 }
  elseif cjson.decode(session).status ~= 'open' then
    return { -3, 0 }
  elseif redis.call('HEXISTS', KEYS[2], 'question') == 1 or redis.call('HEXISTS', KEYS[2], 'turn') == 1
    or redis.call('HLEN', KEYS[4]) > 0 then
    return { -2, 0 }
  end
end
local replaced = redis.call('GET', KEYS[3]) or '0'
if (ARGV[2] ~= '' and redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[2])) or (ARGV[3] ~= '' and replaced ~= ARGV[3]) then
  return { -1, 0 }
end

if ARGV[4] == '1' then
  redis.call('DEL', KEYS[1])
  replaced = redis.call('INCR', KEYS[3])
end
for position = 5, #ARGV do
  redis.call('RPUSH', KEYS[1], ARGV[position])
end
if session then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[5], time[1] .. '.' .. string.format('%06d', time[2]), ARGV[1])
end
return { redis.call('LLEN', KEYS[1]), tonumber(replaced) }
