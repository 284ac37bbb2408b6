#!/bin/bash
# Waits until Auto Scaling takes this machine out, then has the app hand over its DDP connections (start.mjs, SIGUSR2).
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
set -uo pipefail
. /opt/redeploy/imds.sh

until [ "$(imds autoscaling/target-lifecycle-state)" = Terminated ]; do sleep 2; done
echo 'redeploy: this machine is being taken out, handing over connections'
docker kill --signal USR2 redeploy-app
