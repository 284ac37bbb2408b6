#!/bin/bash
# Runs once on the builder: makes this machine into what every machine of the release starts from, says how it went by a tag
# on itself, powers off. The deploy takes the image of the stopped machine.
set -Eeuo pipefail
. /opt/redeploy/imds.sh
. /etc/redeploy/bake.env # REGION, DOCKER_PACKAGE

instance=
step='ask for its own name'
say() { echo "redeploy bake: $*"; }
tag() { aws ec2 create-tags --region "$REGION" --resources "$instance" --tags "$@"; }
failed() {
  trap - ERR
  say "failed: could not $step (exit code $1)"
  tag 'Key=redeploy:bake,Value=failed' "Key=redeploy:bake-error,Value=could not $step" || true
  systemctl poweroff
  exit 1
}
trap 'failed $?' ERR
retry() { # a registry or an endpoint may hiccup
  local try
  for try in 1 2 3 4; do
    "$@" && return 0
    say "try $try of 4 failed: $1 ${2:-}"
    sleep "$((try * 3))"
  done
  return 1
}

instance=$(retry imds instance-id)

step='install Docker'
if ! command -v docker >/dev/null; then retry dnf install -y -q "$DOCKER_PACKAGE"; fi
systemctl enable --now docker.service

extra=/etc/redeploy/bake # bake.packages and bake.commands of redeploy.json
if [ -e "$extra-packages" ]; then
  step='install bake.packages'
  mapfile -t packages <"$extra-packages"
  retry dnf install -y -q "${packages[@]}"
fi
if [ -e "$extra-commands" ]; then
  step='run bake.commands'
  say 'running bake.commands'
  (cd / && exec bash -euo pipefail "$extra-commands" </dev/null)
fi

# The machine is started while the image is still being built; the tag comes when it has been pushed.
step='learn which image to pull'
for ((waited = 0; ; waited += 2)); do
  image=$(imds tags/instance/redeploy:pull) && break
  ((waited < 7200)) || failed 1
  ((waited % 30)) || say 'waiting for the image'
  sleep 2
done

step='log in to the registry'
DOCKER_CONFIG=$(mktemp -d)
export DOCKER_CONFIG
login() { aws ecr get-login-password --region "$REGION" | docker login --username AWS --password-stdin "${image%%/*}" >/dev/null 2>&1; }
retry login

step='pull the image'
say "pulling $image"
retry docker pull --quiet "$image"

step='run the image on this CPU'
docker run --rm --network none --entrypoint node "$image" --version

step='set up the services'
printf 'IMAGE=%s\n' "$image" >/etc/redeploy/image.env
chmod 0755 /opt/redeploy/*.sh /opt/redeploy/*.py
systemctl daemon-reload
systemctl enable redeploy-app.service redeploy-drain.service redeploy-logs.service

# Nothing of the builder may live on in its children: no credentials, no host keys, no machine id, no logs.
step='clean up'
rm -rf "$DOCKER_CONFIG" /root/.docker /root/.aws /etc/redeploy/bake.env "$extra-packages" "$extra-commands" /etc/ssh/ssh_host_*_key* /var/log/journal/*
: >/etc/machine-id

step='report'
tag 'Key=redeploy:bake,Value=done'
say 'done'
sync
systemctl poweroff
