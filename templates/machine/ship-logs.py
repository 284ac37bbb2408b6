#!/usr/bin/env python3
"""Ships the journal of the app to CloudWatch Logs: at least once, in order, from where it left off. The app never waits for it."""
import json
import os
import queue
import subprocess
import threading
import time

import aws

CURSOR = "/var/lib/redeploy/journal.cursor"
EAGER_SECONDS = 180
# PutLogEvents: 10,000 events and 1,048,576 bytes a call, 26 bytes of overhead an event, 256 KB an event. All or nothing: a call
# whose events are not in order of time, or span more than a day, is refused, and would be for ever.
MOST_EVENTS, MOST_BYTES, OVERHEAD, LONGEST = 10_000, 1_000_000, 26, 250_000
MOST_MILLISECONDS = 23 * 3600 * 1000

# Whoever does not keep up reads later: the journal holds what does not fit in here.
lines = queue.Queue(maxsize=5000)


def follow():
    """Journal entries after the cursor, as they come; None when the reader has ended."""
    command = ["journalctl", "--quiet", "--output=json", "--follow", "--no-tail"]
    command += ["--unit=redeploy-app.service", "--unit=redeploy-drain.service"]
    if os.path.exists(CURSOR):
        with open(CURSOR) as file:
            command.append("--after-cursor=" + file.read().strip())
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in reader.stdout:
        lines.put(line)
    lines.put(None)


def event(entry):
    message = entry.get("MESSAGE") or ""
    if isinstance(message, list):  # journald gives bytes that are no UTF-8 as numbers
        message = bytes(message).decode("utf-8", "replace")
    message = message.encode()[:LONGEST].decode("utf-8", "ignore")
    return {"timestamp": int(entry["__REALTIME_TIMESTAMP"]) // 1000, "message": message}


def batch(first):
    """What is there, up to the limits of a call; the line that was too much for it, too."""
    events, size, cursor, line, times = [], 0, None, first, []
    while line is not None:
        entry = json.loads(line)
        one = event(entry)
        size += len(one["message"].encode()) + OVERHEAD
        times.append(one["timestamp"])
        if events and (
            size > MOST_BYTES or len(events) >= MOST_EVENTS or max(times) - min(times) > MOST_MILLISECONDS
        ):
            break
        cursor = entry["__CURSOR"]
        if one["message"]:
            events.append(one)
        try:
            line = lines.get_nowait()
        except queue.Empty:
            line = None
            break
    else:
        raise SystemExit("the journal's reader has ended")
    # The clock of a machine that has just come up may be set back.
    return sorted(events, key=lambda one: one["timestamp"]), cursor, line


def remember(cursor):
    os.makedirs(os.path.dirname(CURSOR), exist_ok=True)
    with open(CURSOR + ".new", "w") as file:
        file.write(cursor)
    os.replace(CURSOR + ".new", CURSOR)


def send(region, operation, body):
    """Until AWS has taken it; what is there already needs no making."""
    while True:
        try:
            return aws.call(region, "logs", "Logs_20140328." + operation, body)
        except Exception as error:
            if "ResourceAlreadyExistsException" in str(error):
                return None
            print(str(error)[-500:], flush=True)
            time.sleep(5)


def main():
    release = aws.release()
    region = release["REGION"]
    stream = {"logGroupName": release["LOG_GROUP"], "logStreamName": f"{release['RELEASE']}/{aws.imds('instance-id')}"}
    send(region, "CreateLogStream", stream)
    threading.Thread(target=follow, daemon=True).start()
    started, line = time.monotonic(), None
    while True:
        # A deploy reads along at first.
        if line is None:
            line = lines.get()
            time.sleep(1 if time.monotonic() - started < EAGER_SECONDS else 10)
        events, cursor, line = batch(line)
        if events:
            send(region, "PutLogEvents", {**stream, "logEvents": events})
        remember(cursor)


main()
