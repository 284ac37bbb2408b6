# Sourced by the others: imds PATH prints one value of the instance metadata service (version 2 only), fails when there is none.
imds() {
  local base=http://169.254.169.254/latest token
  token=$(curl -fsS -m 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$base/api/token") || return 1
  curl -fsS -m 3 -H "X-aws-ec2-metadata-token: $token" "$base/meta-data/$1" 2>/dev/null
}
