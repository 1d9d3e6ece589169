-- Notes what somebody was told, unless another process has noted something of that person meanwhile.
--
-- KEYS[1] people     HASH    person -> what they were told, and the digest that is just being sent, JSON
-- KEYS[2] digests    HASH    id -> digest that was posted, JSON
-- KEYS[3] questions  HASH    "conversation id\nquestion id\nwhat" -> when (Unix seconds)
--
-- ARGV[1] person
-- ARGV[2] what is expected to be noted; "" for nothing
-- ARGV[3] what to note
-- ARGV[4] id of the digest that was posted, or ""
-- ARGV[5] that digest, JSON
-- ARGV[6] when it was posted (Unix seconds)
-- ARGV[7] fields of questions that this is noted in where nothing is, JSON array
--
-- Returns 1 when it was noted, else 0 (nothing is changed).

if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
end
for _, field in ipairs(cjson.decode(ARGV[7])) do
  redis.call('HSETNX', KEYS[3], field, ARGV[6])
end
return 1
