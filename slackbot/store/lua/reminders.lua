-- Put before scripts that write events: keeps the index of a conversation's reminders that are to fire. The log is the
-- truth; this says quickly when to look at it, and is made anew from the log whenever in doubt.
--
-- keys[1] all       ZSET    "conversation id\nname" -> when it is to ring (Unix seconds)
-- keys[2] held      ZSET    the same, of those that rang and are held back
-- keys[3] reminders HASH    name -> due, intent, entities (as text that is equal for equal ones), kill ("1" or ""), JSON
-- keys[4] alarms    ZSET    name -> due (Unix seconds)
-- keys[5] criteria  ZSET    "i\0intent\0name", "e\0entities\0name", "k\0name" for one that a message kills; in order,
--                           so that a cancellation looks at nothing but what matches
-- keys[6] head      HASH    reminders: "indexed" while the index agrees with the log
--
-- Each change is an array: put, name, due, intent, entities, kill / cancel, name, intent, entities ("" for any) /
-- message (a message kills what it kills) / fired, name / clear / unsure (something was taken back: index anew)
local function index_reminders(keys, conversation, changes)
  local function remove(name, wanted)
    local record = redis.call('HGET', keys[3], name)
    if not record then
      return
    end
    local known = cjson.decode(record)
    if wanted and ((wanted[3] ~= '' and wanted[3] ~= known.intent)
      or (wanted[4] ~= '' and wanted[4] ~= known.entities)) then
      return
    end
    redis.call('HDEL', keys[3], name)
    redis.call('ZREM', keys[4], name)
    redis.call('ZREM', keys[5], 'i\0' .. known.intent .. '\0' .. name, 'e\0' .. known.entities .. '\0' .. name,
      'k\0' .. name)
    redis.call('ZREM', keys[1], conversation .. '\n' .. name)
    redis.call('ZREM', keys[2], conversation .. '\n' .. name)
  end

  local function remove_all(start, wanted)
    for _, found in ipairs(redis.call('ZRANGEBYLEX', keys[5], '[' .. start .. '\0', '(' .. start .. '\1')) do
      remove(string.sub(found, #start + 2), wanted)
    end
  end

  local function clear(wanted)
    for _, name in ipairs(redis.call('HKEYS', keys[3])) do
      remove(name, wanted)
    end
  end

  for _, change in ipairs(changes) do
    local kind, name = change[1], change[2]
    if kind == 'put' then
      remove(name)
      redis.call('HSET', keys[3], name,
        cjson.encode({ due = change[3], intent = change[4], entities = change[5], kill = change[6] }))
      redis.call('ZADD', keys[4], change[3], name)
      redis.call('ZADD', keys[5], 0, 'i\0' .. change[4] .. '\0' .. name, 0, 'e\0' .. change[5] .. '\0' .. name)
      if change[6] == '1' then
        redis.call('ZADD', keys[5], 0, 'k\0' .. name)
      end
      redis.call('ZADD', keys[1], change[3], conversation .. '\n' .. name)
    elseif kind == 'cancel' then
      if name ~= '' then
        remove(name, change)
      elseif change[3] ~= '' then
        remove_all('i\0' .. change[3], change)
      elseif change[4] ~= '' then
        remove_all('e\0' .. change[4], change)
      else
        clear()
      end
    elseif kind == 'message' then
      remove_all('k')
    elseif kind == 'fired' then
      remove(name)
    elseif kind == 'clear' then
      clear()
    elseif kind == 'unsure' then
      redis.call('HDEL', keys[6], 'reminders')
    end
  end
end
