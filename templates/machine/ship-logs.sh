#!/bin/bash
set -euo pipefail
. /opt/redeploy/imds.sh
INSTANCE_ID=$(imds instance-id)
export INSTANCE_ID
exec python3 /opt/redeploy/ship-logs.py
