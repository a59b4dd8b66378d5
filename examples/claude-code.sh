#!/bin/sh
# TOLLGATE_KEY=tg-... examples/claude-code.sh "your task": Claude Code through Tollgate.
# Needs ANTHROPIC_API_KEY in the gateway's environment, or MODEL for any other model (MODEL=openai/gpt-5).
export ANTHROPIC_BASE_URL=${TOLLGATE_URL:-http://127.0.0.1:7070}
export ANTHROPIC_AUTH_TOKEN=${TOLLGATE_KEY:?set TOLLGATE_KEY to the key that the first start printed}
exec claude ${MODEL:+--model "$MODEL"} -p "$@"
