-- Reads the oldest entries of a journal, and the present state of what they name, at one
-- moment. KEYS: the journal. ARGV: how many entries at most, how many bytes of state,
-- options.
-- Returns { entries, states, more }: for each entry its id, who waits for it, and if
-- somebody does, the indices of the states it names; more is 1 if entries were left for
-- the next round.

local entries = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[1])
local bytes = tonumber(ARGV[2])
local opts = options(ARGV[3])
local found, keys, read = {}, {}, {}

for i, entry in ipairs(entries) do
  local fields = entry[2]
  local waiter, touched, named = '', nil, {}
  for f = 1, #fields, 2 do
    local name, value = fields[f], fields[f + 1]
    -- w: who waits; k: a key; h, s, z: an element of the key before; x: its expiry alone
    if name == 'w' then
      waiter = value
    elseif name == 'k' then
      touched = found[value]
      if not touched then
        touched = { name = value, first = i, list = {}, seen = {}, index = #keys + 1 }
        found[value] = touched
        keys[#keys + 1] = touched
      end
      named[#named + 1] = touched.index
      local following = fields[f + 2]
      if not following or following == 'k' then
        touched.whole = true
      end
    elseif touched and name == 'x' then
      -- the state has the expiry in any case
    elseif touched and CARDINALITY[name] then
      if touched.kind and touched.kind ~= name then
        touched.whole = true
      end
      touched.kind = name
      if not touched.seen[value] then
        touched.seen[value] = true
        touched.list[#touched.list + 1] = value
      end
    end
  end
  read[#read + 1] = entry[1]
  read[#read + 1] = waiter
  read[#read + 1] = waiter ~= '' and named
end

local states = {}
local consumed = #entries
for _, touched in ipairs(keys) do
  if bytes <= 0 and touched.first > 1 then
    -- the entries before this one have all their keys read
    consumed = math.min(consumed, touched.first - 1)
    break
  end
  local state, size = nil, 0
  if not touched.whole and not opts.bytype and #touched.list <= 4000 then
    state, size = elements(touched.name, touched.kind, touched.list, opts)
  end
  if not state then
    state, size = whole(touched.name, opts)
  end
  states[#states + 1] = state
  bytes = bytes - (size or 0)
end

while #read > 3 * consumed do
  read[#read] = nil
end
return { read, states, (consumed < #entries or #entries == tonumber(ARGV[1])) and 1 or 0 }
