#!/bin/bash
# Fetches settings and environment of this release into memory (/run), readable by the app's user alone.
set -euo pipefail
. /etc/redeploy/release.env

file=/run/redeploy/environment.json
[ -s "$file" ] && exit 0 # a release's version never changes; a restart of the app needs no network
install -d -m 0711 /run/redeploy
umask 077
aws secretsmanager get-secret-value --region "$REGION" --secret-id "$SECRET_ID" --version-id "$SECRET_VERSION" \
  --query SecretString --output text >"$file.new"
chown 1000:1000 "$file.new"
mv "$file.new" "$file"
