-- Settles asks one after the other, as sql.py does; the server lets nothing else run meanwhile.
-- KEYS: the day's salt, then for each ask its reader, its network and the wider network.
-- ARGV: salt, today, allowance, window, new, most, established, mints, days a reader is kept, seconds a network is
-- kept, then an ask each: who (a: account, r: known reader, f: stranger), tag, story's mark, reader's mark.
-- A reader is one string: first day, first day of the window, a tag of 12 bytes for each slot that is used.
-- A network is a hash: the counts n (new), e (established), i (established readers), m (minted), and marks.

local salt = redis.call('GET', KEYS[1])
local made = not salt
if made then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[10])
elseif salt ~= ARGV[1] then
  return salt  -- somebody else made it: every key of a network must be worked out anew
end

local today, allowance, window = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local new, most, established = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local mints, kept, day = tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10]
local HEAD, TAG = 10, 12

local function number(text) return tonumber(text or 0) end

local function begin(network, counts)
  if not counts[1] and not counts[2] then redis.call('EXPIRE', network, day) end
end

-- Counts the story on its networks and who has a history, each once a day. False where a cap is reached. A story that
-- was counted today already uses nothing more and is refused to nobody, but each established reader of it counts.
local function allowed(near, wide, kind, story, mark)
  local had = redis.call('HMGET', near, 'n', 'e', 'i', kind .. story, 'i' .. mark)
  local uncounted = kind == 'e' and not had[5]
  if had[4] then
    if uncounted then redis.call('HSET', near, 'i' .. mark, '', 'i', number(had[3]) + 1) end
    return true
  end
  local broad = redis.call('HMGET', wide, 'n', 'e')
  local place = kind == 'n' and 1 or 2
  local cap = established
  if kind == 'n' then cap = math.max(new, math.min(most, new + math.floor(number(had[3]) / 2))) end
  if number(had[place]) >= cap or number(broad[place]) >= cap * 4 then return false end
  if uncounted then
    redis.call('HSET', near, kind .. story, '', kind, number(had[2]) + 1, 'i' .. mark, '', 'i', number(had[3]) + 1)
  else
    redis.call('HSET', near, kind .. story, '', kind, number(had[place]) + 1)
  end
  begin(near, had)
  redis.call('HSET', wide, kind, number(broad[place]) + 1)
  begin(wide, broad)
  return true
end

local function minted(near)
  if number(redis.call('HGET', near, 'm')) >= mints then return false end
  redis.call('HINCRBY', near, 'm', 1)
  return true
end

local function settle(ask, reader, near, wide)
  local who, tag = string.sub(ask, 1, 1), string.sub(ask, 2, 1 + TAG)
  local held = who ~= 'f' and redis.call('GET', reader)
  local first, start, tags = today, today, ''
  if held then
    first, start = struct.unpack('>I2I2', held)
    if today < start + window then tags = string.sub(held, 5) else start = today end
  end
  local record = struct.pack('>I2I2', first, start) .. tags
  for at = 1, #tags, TAG do
    if string.sub(tags, at, at + TAG - 1) == tag then return 'K' .. record end
  end
  if #tags / TAG >= allowance then return 'O' .. record end
  if who ~= 'a' then
    local kind = first < today and 'e' or 'n'
    if not allowed(near, wide, kind, string.sub(ask, 14, 25), string.sub(ask, 26, 37)) then return 'N' .. record end
    if not held and not minted(near) then return 'U' end
  end
  record = record .. tag
  redis.call('SET', reader, record, 'EX', (start + kept - today) * 86400)
  return 'G' .. record
end

local answers = {}
for at = 1, #ARGV - HEAD do
  answers[at] = settle(ARGV[HEAD + at], KEYS[3 * at - 1], KEYS[3 * at], KEYS[3 * at + 1])
end
if made then answers[#answers + 1] = 'S' end  -- beyond the answers, for whoever knows that there was a salt already
return answers
