#!/usr/bin/env python3
"""Ships the journal of the app to CloudWatch Logs: at least once, in order, from where it left off. The app never waits for it."""
import json
import os
import subprocess
import tempfile
import time

CURSOR = "/var/lib/redeploy/journal.cursor"
EAGER_SECONDS = 180
# PutLogEvents: 10,000 events and 1,048,576 bytes a call, 26 bytes of overhead an event, 256 KB an event. All or nothing: a call
# whose events are not in order of time, or span more than a day, is refused, and would be for ever.
MOST_EVENTS, MOST_BYTES, OVERHEAD, LONGEST = 10_000, 1_000_000, 26, 250_000
MOST_MILLISECONDS = 23 * 3600 * 1000


def settings():
    with open("/etc/redeploy/release.env") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)


def aws(region, *arguments):
    return subprocess.run(["aws", "logs", *arguments, "--region", region], capture_output=True, text=True)


def entries():
    """Journal entries after the cursor, as dictionaries."""
    command = ["journalctl", "--quiet", "--output=json", "--unit=redeploy-app.service", "--unit=redeploy-drain.service"]
    if os.path.exists(CURSOR):
        with open(CURSOR) as file:
            command.append("--after-cursor=" + file.read().strip())
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for line in reader.stdout:
            yield json.loads(line)
    finally:
        reader.terminate()
        reader.wait()


def batch():
    events, size, cursor, times = [], 0, None, []
    for entry in entries():
        message = entry.get("MESSAGE") or ""
        if isinstance(message, list):  # journald gives bytes that are no UTF-8 as numbers
            message = bytes(message).decode("utf-8", "replace")
        message = message.encode()[:LONGEST].decode("utf-8", "ignore")
        size += len(message.encode()) + OVERHEAD
        times.append(int(entry["__REALTIME_TIMESTAMP"]) // 1000)
        if events and (
            size > MOST_BYTES or len(events) >= MOST_EVENTS or max(times) - min(times) > MOST_MILLISECONDS
        ):
            break
        cursor = entry["__CURSOR"]
        if message:
            events.append({"timestamp": times[-1], "message": message})
    # The clock of a machine that has just come up may be set back.
    return sorted(events, key=lambda event: event["timestamp"]), cursor


def remember(cursor):
    os.makedirs(os.path.dirname(CURSOR), exist_ok=True)
    with open(CURSOR + ".new", "w") as file:
        file.write(cursor)
    os.replace(CURSOR + ".new", CURSOR)


def send(release, stream, events):
    """Through a file of ours in memory: log lines do not belong into the arguments of a process."""
    with tempfile.NamedTemporaryFile("w", dir="/run", suffix=".json") as file:
        json.dump({"logGroupName": release["LOG_GROUP"], "logStreamName": stream, "logEvents": events}, file)
        file.flush()
        answer = aws(release["REGION"], "put-log-events", "--cli-input-json", "file://" + file.name)
    if answer.returncode != 0:
        print(answer.stderr.strip()[-500:], flush=True)
    return answer.returncode == 0


def main():
    release = settings()
    stream = release["RELEASE"] + "/" + os.environ["INSTANCE_ID"]
    names = ["--log-group-name", release["LOG_GROUP"], "--log-stream-name", stream]
    while True:
        answer = aws(release["REGION"], "create-log-stream", *names)
        if answer.returncode == 0 or "ResourceAlreadyExistsException" in answer.stderr:
            break
        time.sleep(5)
    started = time.monotonic()
    while True:
        events, cursor = batch()
        if cursor and (not events or send(release, stream, events)):
            remember(cursor)
        if len(events) < 100:
            # A deploy reads along at first; later, each call of the AWS CLI would only take the app's CPU.
            time.sleep(2 if time.monotonic() - started < EAGER_SECONDS else 10)


main()
