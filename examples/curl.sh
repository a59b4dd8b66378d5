#!/bin/sh
# TOLLGATE_KEY=tg-... examples/curl.sh: a stream in each dialect. `npx tollgate usage` then says what they cost.
url=${TOLLGATE_URL:-http://127.0.0.1:7070}
key=${TOLLGATE_KEY:?set TOLLGATE_KEY to the key that the first start printed}

curl -sSN "$url/v1/chat/completions" -H "authorization: Bearer $key" -H "content-type: application/json" \
  -d '{"model": "mock/lorem", "stream": true, "messages": [{"role": "user", "content": "20 tokens, 50 ms"}]}'

curl -sSN "$url/v1/messages" -H "x-api-key: $key" -H "anthropic-version: 2023-06-01" -H "content-type: application/json" \
  -d '{"model": "mock/thinking", "max_tokens": 1000, "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'
