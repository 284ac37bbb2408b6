#!/bin/bash
# Runs the app's container in the foreground: systemd restarts it, journald gets what it prints.
set -euo pipefail
. /etc/redeploy/image.env
. /etc/redeploy/release.env
. /opt/redeploy/imds.sh

instance=$(imds instance-id || hostname)

docker rm --force redeploy-app >/dev/null 2>&1 || true
exec docker run --rm --name redeploy-app --pull never --log-driver none \
  --publish "$PORT:$PORT" --cap-drop ALL --security-opt no-new-privileges \
  --mount type=bind,src=/run/redeploy/environment.json,dst=/run/redeploy/environment.json,readonly \
  --env "PORT=$PORT" --env "HTTP_FORWARDED_COUNT=1" --env "REDEPLOY_RELEASE=$RELEASE" \
  --env "REDEPLOY_HEALTH_PATH=$HEALTH_PATH" --env "REDEPLOY_DRAIN_SECONDS=$DRAIN_SECONDS" \
  --env "REDEPLOY_KEEP_ALIVE_SECONDS=$KEEP_ALIVE_SECONDS" --env "REDEPLOY_INSTANCE_ID=$instance" \
  "$IMAGE"
