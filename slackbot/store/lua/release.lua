-- Gives a lease back, if it is still ours.
--
-- KEYS[1] lease    STRING  the holder's token
--
-- ARGV[1] our token
--
-- Returns 1 when it was given back, else 0.

if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
