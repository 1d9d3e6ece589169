-- Takes one person's vote on the open question. A later vote of the same person replaces the earlier one.
--
-- KEYS[1] head     HASH    session, question and counters; waiting_since, which a vote takes away
-- KEYS[2] votes    HASH    person -> vote, JSON; on the open question only
-- KEYS[3] later    ZSET    what the thread must show anew, in no hurry -> stamp
-- KEYS[4] due      ZSET    ids of conversations in which something is to be done -> since when (Unix seconds)
-- KEYS[5] undrawn  ZSET    ids of conversations with something to draw -> since when (Unix seconds)
--
-- ARGV[1] conversation id
-- ARGV[2] id of the question that the person saw
-- ARGV[3] person
-- ARGV[4] answers, JSON array of strings
-- ARGV[5] what to draw anew
-- ARGV[6] mark: "" for a plain vote, else "unsure", "skip" or "flag". A flag stays when its person votes after it.
-- ARGV[7] comment of a flag, else ""
--
-- Returns the vote's sequence number, or 0 when that question is not open (nothing is changed).

if redis.call('HGET', KEYS[1], 'question_id') ~= ARGV[2] then
  return 0
end
local mark, comment = ARGV[6], ARGV[7]
local known = redis.call('HGET', KEYS[2], ARGV[3])
if known then
  local vote = cjson.decode(known)
  if mark == '' and vote.mark == 'flag' then
    mark, comment = vote.mark, vote.comment
  end
  if vote.answers == ARGV[4] and (vote.mark or '') == mark and (vote.comment or '') == comment then
    return vote.sequence
  end
end
local sequence = redis.call('HINCRBY', KEYS[1], 'input_revision', 1)
local vote = { answers = ARGV[4], sequence = sequence, mark = mark, comment = comment }
redis.call('HSET', KEYS[2], ARGV[3], cjson.encode(vote))
if redis.call('HDEL', KEYS[1], 'waiting_since') == 1 then
  redis.call('ZADD', KEYS[3], redis.call('HINCRBY', KEYS[1], 'stamp', 1), 'parent')
end
local time = redis.call('TIME')
local now = time[1] .. '.' .. string.format('%06d', time[2])
redis.call('ZADD', KEYS[3], redis.call('HINCRBY', KEYS[1], 'stamp', 1), ARGV[5])
redis.call('ZADD', KEYS[4], now, ARGV[1])
redis.call('ZADD', KEYS[5], now, ARGV[1])
return sequence
