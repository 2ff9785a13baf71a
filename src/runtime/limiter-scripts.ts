import { createHash } from 'node:crypto';

/** A Lua script and the name under which the server keeps it. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/**
 * The sliding window of sliding-window.ts, kept by the server. One tenant has two keys:
 * KEYS[1] sorted set: one member `<time>-<number>:<tokens>` a request, by time in µs of the server's own clock.
 * KEYS[2] hash: `tokens` = their sum, `s<second>` = the sum of that second, `number` = the last one given.
 * Both expire with the window. Where the server has evicted one of them, the tenant starts anew.
 *
 * ARGV: request limit, token limit, tokens wanted. 0 = no limit.
 * Answers [member or "", requests before, tokens before, µs to the reset, µs to retry (requests), µs to retry (tokens)].
 */
export const ADMIT = script(`
local used, sums = KEYS[1], KEYS[2]
local requestLimit, tokenLimit, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local WINDOW, SECOND = 60000000, 1000000
local function whole(n) return string.format('%.0f', n) end
local function tokensOf(member) return tonumber(string.match(member, ':(%d+)$')) end

local time = redis.call('TIME')
local now = tonumber(time[1]) * SECOND + tonumber(time[2])
local newest = tonumber(redis.call('ZRANGE', used, -1, -1, 'WITHSCORES')[2])
-- A clock set back by a little stands still; by more, what it says of the past means nothing any more.
if newest and newest > now + SECOND then redis.call('DEL', used, sums) newest = nil end
if newest and newest > now then now = newest end

local limit = whole(now - WINDOW)
local old = redis.call('ZRANGEBYSCORE', used, '-inf', limit, 'WITHSCORES')
if #old > 0 then
  local gone, bySecond = 0, {}
  for i = 1, #old, 2 do
    local tokens, second = tokensOf(old[i]), math.floor(tonumber(old[i + 1]) / SECOND)
    gone = gone + tokens
    bySecond[second] = (bySecond[second] or 0) + tokens
  end
  redis.call('ZREMRANGEBYSCORE', used, '-inf', limit)
  redis.call('HINCRBY', sums, 'tokens', whole(-gone))
  local border = math.floor((now - WINDOW) / SECOND)
  for second, tokens in pairs(bySecond) do
    if second < border then redis.call('HDEL', sums, 's' .. whole(second))
    else redis.call('HINCRBY', sums, 's' .. whole(second), whole(-tokens)) end
  end
end

local requests = redis.call('ZCARD', used)
local tokens = redis.call('HGET', sums, 'tokens')
if requests == 0 or not tokens then redis.call('DEL', used, sums) requests, tokens = 0, 0 end
tokens = tonumber(tokens)

local requestsOver = requestLimit > 0 and requests + 1 - requestLimit or 0
local tokensOver = tokenLimit > 0 and tokens + wanted - tokenLimit or 0
if requestsOver <= 0 and tokensOver <= 0 then
  local number = redis.call('HINCRBY', sums, 'number', 1)
  local member = whole(now) .. '-' .. whole(number) .. ':' .. whole(wanted)
  redis.call('ZADD', used, whole(now), member)
  redis.call('HINCRBY', sums, 'tokens', whole(wanted))
  redis.call('HINCRBY', sums, 's' .. whole(math.floor(now / SECOND)), whole(wanted))
  redis.call('PEXPIRE', used, 61000)
  redis.call('PEXPIRE', sums, 61000)
  return { member, requests, tokens, WINDOW, 0, 0 }
end

local reset = newest and math.max(0, newest + WINDOW - now) or 0
local retryRequests, retryTokens = 0, 0
if requestsOver > 0 and requests > 0 then
  local last = redis.call('ZRANGE', used, requestsOver - 1, requestsOver - 1, 'WITHSCORES')
  retryRequests = tonumber(last[2]) + WINDOW - now
end
if tokensOver > 0 then
  retryTokens = reset
  local first = redis.call('ZRANGE', used, 0, 0, 'WITHSCORES')
  if first[1] and tokensOf(first[1]) >= tokensOver then retryTokens = tonumber(first[2]) + WINDOW - now
  elseif first[1] then
    local second, freed = math.floor(tonumber(first[2]) / SECOND), 0
    for step = 0, 60 do
      freed = freed + tonumber(redis.call('HGET', sums, 's' .. whole(second + step)) or 0)
      if freed >= tokensOver then
        retryTokens = math.min(reset, (second + step + 1) * SECOND + WINDOW - now)
        break
      end
    end
  end
end
return { '', requests, tokens, reset, retryRequests, retryTokens }
`);

/**
 * True-up: the member's tokens become ARGV[2], at its own time; "-1" = the request is taken back.
 * A member that has left the window is left alone.
 */
export const SETTLE = script(`
local used, sums, member, actual = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local score = redis.call('ZSCORE', used, member)
if not score then return 0 end
local reserved = tonumber(string.match(member, ':(%d+)$'))
redis.call('ZREM', used, member)
if actual >= 0 then
  redis.call('ZADD', used, score, string.gsub(member, ':%d+$', '') .. ':' .. string.format('%.0f', actual))
else
  actual = 0
end
local change = string.format('%.0f', actual - reserved)
redis.call('HINCRBY', sums, 'tokens', change)
redis.call('HINCRBY', sums, 's' .. string.format('%.0f', math.floor(tonumber(score) / 1000000)), change)
return 1
`);
