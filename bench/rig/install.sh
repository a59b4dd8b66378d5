#!/usr/bin/env bash
# The other contenders, for the bench alone: into .cache/rig, which git does not keep. Debian or Ubuntu, Python 3.11 or newer.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p .cache/rig/portkey

command -v nginx >/dev/null && command -v haproxy >/dev/null || {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light haproxy
}
npm install --prefix .cache/rig/portkey --ignore-scripts --save-exact @portkey-ai/gateway@1.15.2
python3 -m venv .cache/rig/litellm
.cache/rig/litellm/bin/pip install --quiet 'litellm[proxy]==1.106.0'
