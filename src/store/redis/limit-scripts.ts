/**
 * The windows of lib/sliding-window.ts in Redis, by the clock of Redis: one hash each, with a total (`t`), its newest
 * bucket (`b`) and the counts by bucket. Places of requests that run at the same time: a sorted set of requests by when
 * their lease ends, so that what a dead instance held comes back.
 *
 * Every script first moves its windows on to now, which changes nothing that anybody could see; only then it counts.
 */
import { redisScript } from './redis.ts';

/** `ARGV[1]`: the time in milliseconds, or nothing for the server's own. Needs Redis 5 or newer. */
const clock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function whole(number) return string.format('%.0f', number) end
`;

const windows = `
-- The bucket of now and what is in the window. A clock that went back stays in the newest bucket.
local function roll(key, bucketMs, buckets)
  local bucket = math.floor(now / bucketMs)
  local head = redis.call('HMGET', key, 'b', 't')
  local newest, total = tonumber(head[1]), tonumber(head[2]) or 0
  if not newest then return bucket, 0 end
  if bucket <= newest then return newest, total end
  if bucket - newest >= buckets then
    redis.call('DEL', key)
    return bucket, 0
  end
  local fields = {}
  for each = newest + 1, bucket do fields[#fields + 1] = whole(each % buckets) end
  local old = redis.call('HMGET', key, unpack(fields))
  for i = 1, #fields do total = total - (tonumber(old[i]) or 0) end
  redis.call('HDEL', key, unpack(fields))
  redis.call('HSET', key, 'b', whole(bucket), 't', whole(total))
  return bucket, total
end

local function add(key, bucketMs, buckets, bucket, amount)
  redis.call('HSET', key, 'b', whole(bucket))
  redis.call('HINCRBY', key, whole(bucket % buckets), whole(amount))
  redis.call('HINCRBY', key, 't', whole(amount))
  redis.call('PEXPIRE', key, whole(bucketMs * buckets))
end

-- Milliseconds until at most 'allowed' is left, if nothing more is counted.
local function untilLeft(key, bucketMs, buckets, bucket, total, allowed)
  if total <= allowed then return 0 end
  local fields = {}
  for each = 0, buckets - 1 do fields[#fields + 1] = whole(each) end
  local counts = redis.call('HMGET', key, unpack(fields))
  for age = buckets - 1, 0, -1 do
    local each = bucket - age
    total = total - (tonumber(counts[each % buckets + 1]) or 0)
    if total <= allowed then return (each + buckets) * bucketMs - now end
  end
  return bucketMs * buckets
end
`;

/**
 * KEYS: windows, then sets of places. ARGV: time, number of windows, request, lease in milliseconds, then
 * bucketMs, buckets, limit, cost of each window, then the limit of each set.
 * Answers admitted (1 or 0), the time, then total, wait and reset of each window, then how many places are taken.
 */
export const admitScript = redisScript(`${clock}${windows}
local count = tonumber(ARGV[2])
local request, leaseMs = ARGV[3], tonumber(ARGV[4])
local asked, admitted = {}, 1
for i = 1, count do
  local at = 5 + (i - 1) * 4
  local window = { key = KEYS[i], bucketMs = tonumber(ARGV[at]), buckets = tonumber(ARGV[at + 1]), limit = tonumber(ARGV[at + 2]), cost = tonumber(ARGV[at + 3]) }
  window.bucket, window.total = roll(window.key, window.bucketMs, window.buckets)
  window.room = window.limit - math.max(1, window.cost)
  if window.total > window.room then admitted = 0 end
  asked[i] = window
end
local places = {}
for i = count + 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', whole(now))
  local used = redis.call('ZCARD', KEYS[i])
  if used >= tonumber(ARGV[4 + 4 * count + i - count]) then admitted = 0 end
  places[#places + 1] = used
end
local answer = { admitted, now }
for i = 1, count do
  local w = asked[i]
  local wait, reset = 0, 0
  if admitted == 1 then
    if w.cost > 0 then
      add(w.key, w.bucketMs, w.buckets, w.bucket, w.cost)
      w.total = w.total + w.cost
      reset = (w.bucket + w.buckets) * w.bucketMs - now
    else
      reset = untilLeft(w.key, w.bucketMs, w.buckets, w.bucket, w.total, 0)
    end
  else
    wait = untilLeft(w.key, w.bucketMs, w.buckets, w.bucket, w.total, w.room)
    reset = untilLeft(w.key, w.bucketMs, w.buckets, w.bucket, w.total, 0)
  end
  answer[#answer + 1] = w.total
  answer[#answer + 1] = wait
  answer[#answer + 1] = reset
end
for i = 1, #places do
  if admitted == 1 then
    redis.call('ZADD', KEYS[count + i], whole(now + leaseMs), request)
    redis.call('PEXPIRE', KEYS[count + i], whole(leaseMs))
    places[i] = places[i] + 1
  end
  answer[#answer + 1] = places[i]
end
return answer`);

/**
 * KEYS: windows. ARGV: time, when it was counted, then bucketMs, buckets, more (below 0: less) of each. What is taken
 * back is taken from the bucket that it was counted in.
 */
export const correctScript = redisScript(`${clock}${windows}
local counted = tonumber(ARGV[2])
for i = 1, #KEYS do
  local at = 3 + (i - 1) * 3
  local key, bucketMs, buckets, by = KEYS[i], tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local bucket = roll(key, bucketMs, buckets)
  if by > 0 then
    add(key, bucketMs, buckets, bucket, by)
  else
    local old = math.floor(counted / bucketMs)
    local field = whole(old % buckets)
    if old > bucket - buckets then
      local taken = math.min(-by, tonumber(redis.call('HGET', key, field)) or 0)
      if taken > 0 then
        redis.call('HINCRBY', key, field, whole(-taken))
        redis.call('HINCRBY', key, 't', whole(-taken))
      end
    end
  end
end
return 1`);

/** KEYS: one set of places. ARGV: time, lease in milliseconds, then the requests that run on it. */
export const occupyScript = redisScript(`${clock}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
for i = 3, #ARGV do redis.call('ZADD', KEYS[1], whole(now + tonumber(ARGV[2])), ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`);

/** KEYS: sets of places. ARGV: the request that has ended. */
export const releaseScript = redisScript(`
for i = 1, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
return 1`);

/** KEYS: the set of instances. ARGV: time, lease, this instance, and 1 where it leaves. Answers who is there, in order. */
export const announceScript = redisScript(`${clock}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
if ARGV[4] == '1' then
  redis.call('ZREM', KEYS[1], ARGV[3])
else
  redis.call('ZADD', KEYS[1], whole(now + tonumber(ARGV[2])), ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
local names = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(names)
return names`);

/** KEYS: windows, then sets of places. ARGV: number of windows. What somebody put in their place is removed. */
export const healScript = redisScript(`
for i = 1, #KEYS do
  local found = redis.call('TYPE', KEYS[i]).ok
  local due = i <= tonumber(ARGV[1]) and 'hash' or 'zset'
  if found ~= due and found ~= 'none' then redis.call('DEL', KEYS[i]) end
end
return 1`);
