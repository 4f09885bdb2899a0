-- Counts a reader's grants to an account too, as sql.py does. Gives how many slots the account has used.
-- KEYS: the account, the reader. ARGV: today, allowance, window, days that a reader is kept, the first day of the
-- receipt's window (0 where it is over), the receipt's tags.
-- A reader, and an account, is one string: first day, first day of the window, a tag of 12 bytes for each slot used.

local today, allowance, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept, start, granted = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local TAG = 12

local function holds(tags, tag)
  for at = 1, #tags, TAG do
    if string.sub(tags, at, at + TAG - 1) == tag then return true end
  end
  return false
end

-- What is open of a reader's record: the first day of the window, its tags.
local function open(key)
  local record = redis.call('GET', key)
  if not record then return nil, '', nil end
  local first, began = struct.unpack('>I2I2', record)
  if today >= began + window then return nil, '', first end
  return began, string.sub(record, 5), first
end

local _, known = open(KEYS[2])
if start > 0 then granted = granted .. known else granted = '' end
local began, used, first = open(KEYS[1])
if not began then
  if #granted == 0 then return 0 end
  began, used, first = start, '', today
end
local before = #used
for at = 1, #granted, TAG do
  local tag = string.sub(granted, at, at + TAG - 1)
  if #used / TAG < allowance and not holds(used, tag) then used = used .. tag end
end
if #used > before then
  local record = struct.pack('>I2I2', first, began) .. used
  redis.call('SET', KEYS[1], record, 'EX', (began + kept - today) * 86400)
end
return #used / TAG
