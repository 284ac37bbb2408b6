"""What a machine asks of AWS: its own metadata, and signed JSON calls with its role. A call of the AWS CLI takes a second of CPU."""
import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.parse

token = None


class Refused(Exception):
    """AWS answered with an error: its name and its words."""


def release():
    """What the launch template wrote for this release."""
    with open("/etc/redeploy/release.env") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)


def request(url, method, path, headers, body=None):
    """Short limits: what cannot be reached must be said while somebody watches. Environment proxies are not asked."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.netloc, timeout=5)
    try:
        connection.connect()
        connection.sock.settimeout(15)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def imds(path):
    """A value of the instance metadata service (version 2), None when there is none. Raises OSError when it does not answer."""
    global token
    service = urllib.parse.urlsplit("http://169.254.169.254")
    for _ in range(2):
        if token is None:
            life = {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}
            token = request(service, "PUT", "/latest/api/token", life)[1]
        status, text = request(service, "GET", "/latest/meta-data/" + path, {"X-aws-ec2-metadata-token": token})
        if status in (200, 404):
            return text if status == 200 else None
        token = None  # it has ended
    raise OSError(f"the metadata service answers {status}")


def call(region, service, target, body):
    """One call, tried twice. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""
    domain = imds("services/domain")
    url = urllib.parse.urlsplit(os.environ.get("AWS_ENDPOINT_URL") or f"https://{service}.{region}.{domain}")
    payload = json.dumps(body).encode()
    for attempt in (1, 2):
        try:
            status, text = request(url, "POST", "/", signed(region, service, target, url.netloc, payload), payload)
        except OSError:
            if attempt == 2:
                raise
            status = 0
        if status == 200:
            return json.loads(text or "{}")
        if attempt == 1 and (status == 0 or status >= 500):
            time.sleep(1)
            continue
        try:
            said = json.loads(text)
        except ValueError:
            said = {}
        name = said.get("__type", f"status {status}").split("#")[-1]
        raise Refused(f"{name}: {said.get('message', said.get('Message', ''))}")


def signed(region, service, target, host, payload):
    role = imds("iam/security-credentials/")
    key = json.loads(imds(f"iam/security-credentials/{role}"))
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {  # in the order of the alphabet, as they are signed
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": now,
        "x-amz-security-token": key["Token"],
        "x-amz-target": target,
    }
    names, scope = ";".join(headers), f"{now[:8]}/{region}/{service}/aws4_request"
    lines = [f"{name}:{value}" for name, value in headers.items()]
    canonical = "\n".join(["POST", "/", "", *lines, "", names, hashlib.sha256(payload).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = ("AWS4" + key["SecretAccessKey"]).encode()
    for part in [*scope.split("/"), text]:
        secret = hmac.new(secret, part.encode(), "sha256").digest()
    credential = f"{key['AccessKeyId']}/{scope}"
    words = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={secret.hex()}"
    return {**headers, "authorization": words}
