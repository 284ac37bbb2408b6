#!/bin/bash
# While this machine is being taken out, has the app hand over its DDP connections (start.mjs: SIGUSR2), and take clients again
# when it comes back from Standby (SIGCONT).
#
# The target state changes when the instance "prepares to transition"; how that falls in with the balancer's deregistration is
# not documented: https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
# Earlier than that does no harm: a draining app serves whoever still comes. For later, a deploy sets the tag redeploy:drain
# on machines that it sees go, and what is still open at the end is moved when the machine shuts down (stop.mjs).
set -uo pipefail
. /opt/redeploy/imds.sh

marker=/run/redeploy/draining # outlives a restart of this service

wanted() {
  imds tags/instance/redeploy:drain >/dev/null && echo drain && return
  case "$(imds autoscaling/target-lifecycle-state)" in
    Terminated | Standby | Detached) echo drain ;;
    InService) echo serve ;;
  esac # anything else, or no answer: leave it as it is
}

while sleep 2; do
  case "$(wanted)" in
    drain)
      if [ ! -e "$marker" ]; then echo 'redeploy: this machine is being taken out, handing over connections'; fi
      touch "$marker"
      # Again and again: an app that is started meanwhile must hand over, too.
      docker kill --signal USR2 redeploy-app >/dev/null 2>&1
      ;;
    serve)
      if [ -e "$marker" ]; then
        echo 'redeploy: this machine is back in service'
        docker kill --signal CONT redeploy-app >/dev/null && rm -f "$marker"
      fi
      ;;
  esac
done
