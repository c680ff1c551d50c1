-- Reads the present state of keys. Prepended to the scripts that need it.
-- A state is one of
--   { key, 'd' }                                              the key is absent
--   { key, 'v', expiry, dump }                                the whole value, serialized
--   { key, 't', expiry, type, content }                       the whole value, by type
--   { key, 'h'|'s'|'z', expiry, cardinality, elements, values, expiries }
--                                                             some elements of a large key
-- expiry is an absolute time in milliseconds, 0 for none.

-- up to this many elements a key is copied whole
local SMALL = 128
local CARDINALITY = { h = 'HLEN', s = 'SCARD', z = 'ZCARD' }
local KIND = { hash = 'h', set = 's', zset = 'z' }

local function expiry(key, options)
  if options.pexpiretime then
    return math.max(redis.call('PEXPIRETIME', key), 0)
  end
  local left = redis.call('PTTL', key)
  if left < 0 then
    return 0
  end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + left
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

local function whole(key, options)
  if options.bytype then
    local kind = redis.call('TYPE', key).ok
    if kind == 'none' then
      return { key, 'd' }, 0
    end
    return { key, 't', expiry(key, options), kind, content(key, kind) }, redis.call('MEMORY', 'USAGE', key) or 0
  end
  local dump = redis.call('DUMP', key)
  if not dump then
    return { key, 'd' }, 0
  end
  return { key, 'v', expiry(key, options), dump }, #dump
end

local function elements(key, kind, list, options)
  if not kind then
    kind = KIND[redis.call('TYPE', key).ok]
  end
  if not kind then
    return nil
  end
  local cardinality = redis.pcall(CARDINALITY[kind], key)
  if type(cardinality) ~= 'number' or cardinality <= SMALL then
    return nil
  end
  local values, expiries, size = {}, {}, 0
  if #list > 0 then
    if kind == 'h' then
      values = redis.call('HMGET', key, unpack(list))
      for _, value in ipairs(values) do
        size = size + (value and #value or 0)
      end
      if options.fieldexpiry then
        expiries = redis.call('HPEXPIRETIME', key, 'FIELDS', #list, unpack(list))
      end
    elseif kind == 's' then
      values = redis.call('SMISMEMBER', key, unpack(list))
    else
      values = redis.call('ZMSCORE', key, unpack(list))
    end
  end
  return { key, kind, expiry(key, options), cardinality, list, values, expiries }, size
end

local function options(text)
  return { bytype = string.find(text, 't') ~= nil, pexpiretime = string.find(text, 'p') ~= nil,
           fieldexpiry = string.find(text, 'f') ~= nil }
end
