-- Stores a model as the next version, and drops old ones. The archive and what is known of it come together.
--
-- KEYS[1] models    HASH    version -> what is known of the model, JSON
-- KEYS[2] latest    STRING  the latest version
-- KEYS[3] training  HASH    failure: of the latest training that failed
--
-- ARGV[1] what is known of the model, JSON, with fingerprint and covers
-- ARGV[2] archive
-- ARGV[3] how the names of archives begin; the version follows
-- ARGV[4] how many models of this fingerprint to keep
-- ARGV[5] how many of all other fingerprints together
--
-- Returns the new version; or 0, and nothing is changed, when a model of the same fingerprint covers more.

local new = cjson.decode(ARGV[1])
local same, others = {}, {}
local known = redis.call('HGETALL', KEYS[1])
for index = 1, #known, 2 do
  local model = cjson.decode(known[index + 1])
  if model.fingerprint ~= new.fingerprint then
    table.insert(others, tonumber(known[index]))
  elseif model.covers > new.covers then
    return 0
  else
    table.insert(same, tonumber(known[index]))
  end
end

local version = redis.call('INCR', KEYS[2])
redis.call('SET', ARGV[3] .. version, ARGV[2])
redis.call('HSET', KEYS[1], version, ARGV[1])
redis.call('HDEL', KEYS[3], 'failure')
table.insert(same, version)
for _, group in ipairs({ { same, ARGV[4] }, { others, ARGV[5] } }) do
  table.sort(group[1], function(one, other) return one > other end)
  for place = tonumber(group[2]) + 1, #group[1] do
    redis.call('HDEL', KEYS[1], group[1][place])
    redis.call('DEL', ARGV[3] .. group[1][place])
  end
end
return version
