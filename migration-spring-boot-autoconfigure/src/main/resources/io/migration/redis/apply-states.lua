-- Writes states, as read-keys.lua reads them. KEYS: the keys. ARGV: the rest of each state
-- in turn; lists and tables are preceded by their length, flags say which values are there.
-- Returns for each key '' if it now has the state, 'PARTIAL' if target lacks the elements
-- that were not given, else the error. A key that fails leaves the others be.

local WRITE = { h = { 'HSET', 'HDEL' }, s = { 'SADD', 'SREM' }, z = { 'ZADD', 'ZREM' } }
local CARDINALITY = { h = 'HLEN', s = 'SCARD', z = 'ZCARD' }
local at = 0

local function take()
  at = at + 1
  return ARGV[at]
end

local function list()
  local all = {}
  for i = 1, tonumber(take()) do
    all[i] = take()
  end
  return all
end

local function expire(key, time)
  if tonumber(time) > 0 then
    redis.call('PEXPIREAT', key, time)
  else
    redis.call('PERSIST', key)
  end
end

local function element(key, kind, member, value)
  if not value then
    redis.call(WRITE[kind][2], key, member)
  elseif kind == 'h' then
    redis.call('HSET', key, member, value)
  elseif kind == 's' then
    redis.call('SADD', key, member)
  else
    redis.call('ZADD', key, value, member)
  end
end

local function some(key, kind, time, cardinality, changes)
  for _, change in ipairs(changes) do
    element(key, kind, change.member, change.value)
    if change.value and tonumber(change.expiry) > 0 then
      redis.call('HPEXPIREAT', key, change.expiry, 'FIELDS', 1, change.member)
    end
  end
  expire(key, time)
  return redis.call(CARDINALITY[kind], key) == tonumber(cardinality)
end

local function inChunks(command, key, items)
  for from = 1, #items, 1000 do
    redis.call(command, key, unpack(items, from, math.min(from + 999, #items)))
  end
end

local function stream(key, content)
  for _, entry in ipairs(content.entries) do
    redis.call('XADD', key, entry.id, unpack(entry.fields))
  end
  if #content.entries == 0 then
    redis.call('XADD', key, '0-1', 'f', 'v')
    redis.call('XDEL', key, '0-1')
  end
  redis.call('XSETID', key, content.last)
  for _, group in ipairs(content.groups) do
    redis.call('XGROUP', 'CREATE', key, group.name, group.delivered)
    for _, consumer in ipairs(group.consumers) do
      redis.call('XGROUP', 'CREATECONSUMER', key, group.name, consumer)
    end
    for _, pending in ipairs(group.pending) do
      redis.call('XCLAIM', key, group.name, pending[2], 0, pending[1], 'TIME', pending[3], 'RETRYCOUNT', pending[4],
        'FORCE', 'JUSTID')
    end
  end
end

local function byType(key, time, kind, content)
  redis.call('DEL', key)
  if kind == 'string' then
    redis.call('SET', key, content[1])
  elseif kind == 'hash' then
    inChunks('HSET', key, content)
  elseif kind == 'list' then
    inChunks('RPUSH', key, content)
  elseif kind == 'set' then
    inChunks('SADD', key, content)
  elseif kind == 'zset' then
    for i = 1, #content, 2 do
      redis.call('ZADD', key, content[i + 1], content[i])
    end
  elseif kind == 'stream' then
    stream(key, content)
  else
    error('a value of type ' .. kind .. ' cannot be copied')
  end
  expire(key, time)
end

local function takeStream()
  local content = { entries = {}, groups = {} }
  for i = 1, tonumber(take()) do
    content.entries[i] = { id = take(), fields = list() }
  end
  content.last = take()
  for i = 1, tonumber(take()) do
    local group = { name = take(), delivered = take(), consumers = list(), pending = {} }
    for p = 1, tonumber(take()) do
      group.pending[p] = { take(), take(), take(), take() }
    end
    content.groups[i] = group
  end
  return content
end

local results = {}
for i, key in ipairs(KEYS) do
  local kind = take()
  local ok, outcome = true, true
  if kind == 'd' then
    ok, outcome = pcall(redis.call, 'UNLINK', key)
  elseif kind == 'v' then
    local time, dump = take(), take()
    ok, outcome = pcall(redis.call, 'RESTORE', key, time, dump, 'REPLACE', 'ABSTTL')
  elseif kind == 't' then
    local time, type = take(), take()
    local content = (type == 'stream') and takeStream() or list()
    ok, outcome = pcall(byType, key, time, type, content)
  else
    local time, cardinality, changes = take(), take(), {}
    for c = 1, tonumber(take()) do
      local change = { member = take(), expiry = take() }
      if take() == '1' then
        change.value = take()
      end
      changes[c] = change
    end
    ok, outcome = pcall(some, key, kind, time, cardinality, changes)
    if ok and not outcome then
      ok, outcome = false, 'PARTIAL'
    end
  end
  if ok then
    results[i] = ''
  else
    results[i] = (type(outcome) == 'table' and outcome.err) or tostring(outcome)
  end
end
return results
