-- Makes the index of a conversation's reminders anew, as the log of the expected version has them. After reminders.lua.
--
-- KEYS[1] to KEYS[6]: the keys that reminders.lua names
-- KEYS[7] log        LIST    the conversation's events, JSON, oldest first; its length is the version
--
-- ARGV[1] conversation id
-- ARGV[2] expected version
-- ARGV[3] the changes that put every reminder which is to fire, JSON
--
-- Returns 1 when the index was made, 0 when the log has grown since (nothing is changed).

if redis.call('LLEN', KEYS[7]) ~= tonumber(ARGV[2]) then
  return 0
end
local keys = { KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6] }
index_reminders(keys, ARGV[1], { { 'clear' } })
index_reminders(keys, ARGV[1], cjson.decode(ARGV[3]))
redis.call('HSET', KEYS[6], 'reminders', 'indexed')
return 1
