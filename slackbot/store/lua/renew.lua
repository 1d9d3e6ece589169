-- Keeps a lease for longer, if it is still ours.
--
-- KEYS[1] lease    STRING  the holder's token
--
-- ARGV[1] our token
-- ARGV[2] seconds from now until it runs out
--
-- Returns 1 when it was kept, else 0.

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return 0
