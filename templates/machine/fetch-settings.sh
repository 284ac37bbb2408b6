#!/bin/bash
# Fetches settings and environment of this release into memory (/run), readable by the app's user alone. Runs at each start
# of the app, so it counts the starts: the deploy reads these lines in the logs and takes a release back that keeps ending.
set -euo pipefail
. /etc/redeploy/release.env

install -d -m 0711 /run/redeploy
start=$(($(cat /run/redeploy/starts 2>/dev/null || echo 0) + 1))
echo "$start" >/run/redeploy/starts
echo "redeploy: start $start of $RELEASE"

file=/run/redeploy/environment.json
[ -s "$file" ] && exit 0 # a release's version never changes; a restart of the app needs no network
umask 077
# Short limits: an unreachable endpoint must be said while somebody watches, and systemd tries again.
if ! reason=$(AWS_MAX_ATTEMPTS=2 aws secretsmanager get-secret-value --cli-connect-timeout 5 --cli-read-timeout 15 \
  --region "$REGION" --secret-id "$SECRET_ID" --version-id "$SECRET_VERSION" \
  --query SecretString --output text 2>&1 >"$file.new"); then
  rm -f "$file.new"
  line="redeploy: cannot fetch the settings: $(tr -s '\n' ' ' <<<"$reason")"
  # The console is what is left when the logs cannot be shipped for the same reason.
  { echo "$line" >/dev/console; } 2>/dev/null || true
  echo "$line"
  exit 1
fi
chown 1000:1000 "$file.new"
mv "$file.new" "$file"
