-- Writes one decision: events, the question, the session and what the thread must show. All of it, or nothing when
-- the conversation is no longer what it was when the decision was made.
--
-- KEYS[1] log        LIST    the conversation's events, JSON, oldest first; its length is the version
-- KEYS[2] head       HASH    session, question and counters; waiting_since, which a change of the question takes away
-- KEYS[3] votes      HASH    person -> vote, JSON; on the open question only
-- KEYS[4] waiting    HASH    message ts -> message, JSON; what the speaker wrote and nobody took up yet
-- KEYS[5] questions  HASH    question id -> record of a closed question, JSON
-- KEYS[6] redraw     ZSET    what the thread must show anew -> stamp
-- KEYS[7] active     SET     ids of the conversations that are not over
-- KEYS[8] due        ZSET    ids of conversations in which something is to be done -> since when (Unix seconds)
-- KEYS[9] undrawn    ZSET    ids of conversations with something to draw -> since when (Unix seconds)
-- KEYS[10] later     ZSET    what the thread must show anew, in no hurry -> stamp
-- KEYS[11] training   HASH    wanted: counts the turns after which training is wanted
-- KEYS[12] judged     HASH    "conversation id:question id" -> verdict, JSON
-- KEYS[13] to KEYS[17]: the index of reminders, as reminders.lua has it, which is put before this script
--
-- ARGV[1]  conversation id
-- ARGV[2]  expected version (length of the log), or "" for any
-- ARGV[3]  expected question_revision, or "" for any
-- ARGV[4]  expected input_revision (votes and messages), or "" for any
-- ARGV[5]  expected session_revision, or "" for any
-- ARGV[6]  events to append, JSON array of JSON strings
-- ARGV[7]  "" to keep the question, "none" to leave none open, else the question, JSON
-- ARGV[8]  id of the new question, or ""
-- ARGV[9]  id of the question that this closes, or ""
-- ARGV[10] record of the closed question, JSON, or ""
-- ARGV[11] session, JSON, or "" to keep it
-- ARGV[12] "1" when the conversation is over with this, else ""
-- ARGV[13] waiting messages that are taken, JSON array of ts
-- ARGV[14] messages to put back in waiting, JSON array of ts, message, ts, message ...
-- ARGV[15] what to draw anew, JSON array of names
-- ARGV[16] what to draw anew in no hurry, JSON array of names
-- ARGV[17] "" to keep the open turn, "none" when it is closed, else the ts of the message that opens one
-- ARGV[18] "1" when something was corrected or taken back: training is wanted when the turn is closed; else ""
-- ARGV[19] verdicts, JSON array of question id, verdict or "" to take it back, question id ...
-- ARGV[20] what the events change in the index of reminders, JSON; reminders.lua says how
--
-- Returns the new version, or -1 when something was not as expected (nothing is changed).

local head = redis.call('HMGET', KEYS[2], 'session', 'question_revision', 'input_revision', 'session_revision',
  'question_id')
if not head[1] then
  return -1
end
if (ARGV[2] ~= '' and redis.call('LLEN', KEYS[1]) ~= tonumber(ARGV[2]))
  or (ARGV[3] ~= '' and head[2] ~= ARGV[3])
  or (ARGV[4] ~= '' and head[3] ~= ARGV[4])
  or (ARGV[5] ~= '' and head[4] ~= ARGV[5]) then
  return -1
end

for _, event in ipairs(cjson.decode(ARGV[6])) do
  redis.call('RPUSH', KEYS[1], event)
end

local reminders = { KEYS[13], KEYS[14], KEYS[15], KEYS[16], KEYS[17], KEYS[2] }
index_reminders(reminders, ARGV[1], cjson.decode(ARGV[20]))

if ARGV[7] ~= '' then
  redis.call('HINCRBY', KEYS[2], 'question_revision', 1)
  if redis.call('HDEL', KEYS[2], 'waiting_since') == 1 then
    redis.call('ZADD', KEYS[10], redis.call('HINCRBY', KEYS[2], 'stamp', 1), 'parent')
  end
  if ARGV[7] == 'none' then
    redis.call('HDEL', KEYS[2], 'question', 'question_id')
  else
    redis.call('HSET', KEYS[2], 'question', ARGV[7], 'question_id', ARGV[8])
  end
  if ARGV[8] ~= (head[5] or '') then
    redis.call('DEL', KEYS[3])
    if ARGV[8] ~= '' then
      redis.call('HINCRBY', KEYS[2], 'questions', 1)
    end
  end
end
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[5], ARGV[9], ARGV[10])
end
if ARGV[11] ~= '' then
  redis.call('HSET', KEYS[2], 'session', ARGV[11])
  redis.call('HINCRBY', KEYS[2], 'session_revision', 1)
end

for _, ts in ipairs(cjson.decode(ARGV[13])) do
  redis.call('HDEL', KEYS[4], ts)
end
local back = cjson.decode(ARGV[14])
for index = 1, #back, 2 do
  redis.call('HSET', KEYS[4], back[index], back[index + 1])
end

if ARGV[17] == 'none' then
  redis.call('HDEL', KEYS[2], 'turn')
elseif ARGV[17] ~= '' then
  redis.call('HSET', KEYS[2], 'turn', ARGV[17])
end

if ARGV[18] == '1' then
  redis.call('HSET', KEYS[2], 'corrected', '1')
end
if ARGV[17] == 'none' and redis.call('HDEL', KEYS[2], 'corrected') == 1 then
  redis.call('HINCRBY', KEYS[11], 'wanted', 1)
end
local judged = cjson.decode(ARGV[19])
for index = 1, #judged, 2 do
  local name = ARGV[1] .. ':' .. judged[index]
  if judged[index + 1] == '' then
    redis.call('HDEL', KEYS[12], name)
  else
    redis.call('HSET', KEYS[12], name, judged[index + 1])
  end
end

local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
local drawings = { { KEYS[6], ARGV[15] }, { KEYS[10], ARGV[16] } }
for _, drawing in ipairs(drawings) do
  for _, name in ipairs(cjson.decode(drawing[2])) do
    redis.call('ZADD', drawing[1], redis.call('HINCRBY', KEYS[2], 'stamp', 1), name)
    redis.call('ZADD', KEYS[9], now, ARGV[1])
  end
end
if ARGV[12] == '1' then
  redis.call('SREM', KEYS[7], ARGV[1])
  redis.call('ZREM', KEYS[8], ARGV[1])
  index_reminders(reminders, ARGV[1], { { 'clear' } })
else
  redis.call('ZADD', KEYS[8], now, ARGV[1])
end
return redis.call('LLEN', KEYS[1])
