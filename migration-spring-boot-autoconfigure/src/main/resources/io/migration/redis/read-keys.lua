-- Reads the present state of whole keys at one moment. KEYS: the keys. ARGV: options.
-- Returns states.

local opts = options(ARGV[1])
local states = {}
for _, key in ipairs(KEYS) do
  states[#states + 1] = whole(key, opts)
end
return states
