-- Reads a conversation's log from a position on, with what tells whether it is still what was read before.
--
-- KEYS[1] log       LIST    the conversation's events, JSON, oldest first; its length is the version
-- KEYS[2] replaced  STRING  how often the log was replaced
-- KEYS[3] head      HASH    session, question and counters; absent where the conversation has no session
--
-- ARGV[1] position of the first event that is wanted
--
-- Returns the events, the version, the count of replacements or nil, and the session, JSON, or nil.

return {
  redis.call('LRANGE', KEYS[1], ARGV[1], -1),
  redis.call('LLEN', KEYS[1]),
  redis.call('GET', KEYS[2]),
  redis.call('HGET', KEYS[3], 'session'),
}
