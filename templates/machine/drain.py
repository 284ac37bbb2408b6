#!/usr/bin/env python3
"""While this machine is being taken out, has the app hand over its DDP connections (start.mjs: SIGUSR2), and take clients again
when it comes back from Standby (SIGCONT).

The target state changes when the instance "prepares to transition"; how that falls in with the balancer's deregistration is
not documented: https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
Earlier than that does no harm: a draining app serves whoever still comes. For later, a deploy sets the tag redeploy:drain
on machines that it sees go, and what is still open at the end is moved when the machine shuts down (stop.mjs)."""
import http.client
import os
import subprocess
import time

import aws

MARKER = "/run/redeploy/draining"  # outlives a restart of this service


def leaves():
    """Whether the machine is being taken out; None when nobody says."""
    try:
        if aws.imds("tags/instance/redeploy:drain") is not None:
            return True
        state = aws.imds("autoscaling/target-lifecycle-state")
    except (OSError, http.client.HTTPException):
        return None
    return {"Terminated": True, "Standby": True, "Detached": True, "InService": False}.get(state)


def signal(name):
    """Whether there was an app to hear it."""
    command = ["docker", "kill", "--signal", name, "redeploy-app"]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


while True:
    time.sleep(2)
    go, marked = leaves(), os.path.exists(MARKER)
    if go:
        if not marked:
            print("redeploy: this machine is being taken out, handing over connections", flush=True)
            os.makedirs(os.path.dirname(MARKER), exist_ok=True)
            open(MARKER, "w").close()
        signal("USR2")  # again and again: an app that is started meanwhile must hand over, too
    elif go is False and marked:
        print("redeploy: this machine is back in service", flush=True)
        if signal("CONT"):
            os.remove(MARKER)
