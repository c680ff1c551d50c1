-- Reads the present state of keys, at one moment. KEYS: the keys. ARGV: options; then for
-- each key what to read of it: w for the whole value, t for the same by type; or the kind
-- of the elements that were touched (h, s or z; x if the expiry alone was), how many there
-- are, and the elements.
-- Returns for each key one of
--   { key, 'd' }                                              the key is absent
--   { key, 'v', expiry, dump }                                the whole value, serialized
--   { key, 't', expiry, type, content }                       the whole value, by type
--   { key, 'h'|'s'|'z', expiry, cardinality, elements, values, expiries }
--                                                             some elements of a large key
-- expiry is an absolute time in milliseconds, not positive for none.

-- up to this many elements a key is copied whole
local SMALL = 128
local CARDINALITY = { h = 'HLEN', s = 'SCARD', z = 'ZCARD' }
local KIND = { hash = 'h', set = 's', zset = 'z' }
local fieldsExpire = string.find(ARGV[1], 'f') ~= nil

local function whole(key)
  local dump = redis.call('DUMP', key)
  if not dump then
    return { key, 'd' }
  end
  return { key, 'v', redis.call('PEXPIRETIME', key), dump }
end

local function elements(key, kind, list)
  if kind == 'x' then
    kind = KIND[redis.call('TYPE', key).ok]
  end
  if not kind then
    return nil
  end
  local cardinality = redis.pcall(CARDINALITY[kind], key)
  if type(cardinality) ~= 'number' or cardinality <= SMALL then
    return nil
  end
  local values, expiries = {}, {}
  if #list > 0 then
    if kind == 'h' then
      values = redis.call('HMGET', key, unpack(list))
      if fieldsExpire then
        expiries = redis.call('HPEXPIRETIME', key, 'FIELDS', #list, unpack(list))
      end
    elseif kind == 's' then
      values = redis.call('SMISMEMBER', key, unpack(list))
    else
      values = redis.call('ZMSCORE', key, unpack(list))
    end
  end
  return { key, kind, redis.call('PEXPIRETIME', key), cardinality, list, values, expiries }
end

local function stream(key)
  local groups = {}
  local full = redis.call('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0)
  local info = {}
  for i = 1, #full, 2 do
    info[full[i]] = full[i + 1]
  end
  for _, flat in ipairs(info['groups']) do
    local group = {}
    for i = 1, #flat, 2 do
      group[flat[i]] = flat[i + 1]
    end
    local consumers = {}
    for _, consumer in ipairs(group['consumers']) do
      consumers[#consumers + 1] = consumer[2]
    end
    groups[#groups + 1] = { group['name'], group['last-delivered-id'], consumers, group['pending'] or group['pel'] }
  end
  return { redis.call('XRANGE', key, '-', '+'), info['last-generated-id'], groups }
end

local function content(key, kind)
  if kind == 'string' then
    return redis.call('GET', key)
  elseif kind == 'hash' then
    return redis.call('HGETALL', key)
  elseif kind == 'list' then
    return redis.call('LRANGE', key, 0, -1)
  elseif kind == 'set' then
    return redis.call('SMEMBERS', key)
  elseif kind == 'zset' then
    return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif kind == 'stream' then
    return stream(key)
  end
  return false
end

local function byType(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then
    return { key, 'd' }
  end
  return { key, 't', redis.call('PEXPIRETIME', key), kind, content(key, kind) }
end

local states = {}
local at = 1

local function take()
  at = at + 1
  return ARGV[at]
end

for i, key in ipairs(KEYS) do
  local what = take()
  if what == 'w' then
    states[i] = whole(key)
  elseif what == 't' then
    states[i] = byType(key)
  else
    local list = {}
    for e = 1, tonumber(take()) do
      list[e] = take()
    end
    states[i] = elements(key, what, list) or whole(key)
  end
end
return states
