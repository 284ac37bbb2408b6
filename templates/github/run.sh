#!/bin/bash
# What action.yml does once the job has its credentials. Works in the app's directory; everything comes in variables.
set -euo pipefail

fail() {
  echo "::error title=redeploy::$1"
  exit 2
}

# write NAME TEXT: a file of settings from a secret of GitHub, readable by this user alone.
write() {
  [ -n "$2" ] || return 0
  [ -n "$REDEPLOY_ENVIRONMENT" ] || fail "the inputs env and settings need the input environment: it is the name of their file"
  mkdir -p settings
  (umask 077 && rm -f "settings/$1" && printf '%s\n' "$2" > "settings/$1")
}

arguments=("$REDEPLOY_COMMAND")
case "$REDEPLOY_COMMAND" in
  plan) ;;
  deploy) arguments+=(--yes) ;;
  rollback) [ -z "$REDEPLOY_RELEASE" ] || arguments+=("$REDEPLOY_RELEASE") ;;
  *) fail "command is \"$REDEPLOY_COMMAND\": use plan, deploy or rollback" ;;
esac
[ -z "$REDEPLOY_ENVIRONMENT" ] || arguments+=(--environment "$REDEPLOY_ENVIRONMENT")
[ "$REDEPLOY_COMMAND" = rollback ] || [ -z "$REDEPLOY_BUNDLE" ] || arguments+=(--bundle "$REDEPLOY_BUNDLE")
[ "$REDEPLOY_COMMAND" = plan ] || [ "$REDEPLOY_WAIT" != false ] || arguments+=(--no-wait)

write "$REDEPLOY_ENVIRONMENT.env" "$REDEPLOY_ENV_FILE"
write "$REDEPLOY_ENVIRONMENT.json" "$REDEPLOY_SETTINGS_FILE"
# They are in files now; no program that is started from here needs them.
unset REDEPLOY_ENV_FILE REDEPLOY_SETTINGS_FILE

# Installed from npm, the program is here; checked out from GitHub, its source is, and npm has the program of that version.
program="$GITHUB_ACTION_PATH/dist/pipeline/cli.js"
[ ! -f "$program" ] || exec node "$program" "${arguments[@]}"
version=$(node -p 'require(process.env.GITHUB_ACTION_PATH + "/package.json").version')
exec npx --yes "meteor-redeploy@$version" "${arguments[@]}"
