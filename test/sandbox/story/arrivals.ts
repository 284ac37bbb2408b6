import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Context } from '../../../pipeline/core/context.ts';
import { readWrittenPayload } from '../../../pipeline/core/payload.ts';
import { readTarget } from '../../../pipeline/core/read-target.ts';
import { ensureSettingsVersion } from '../../../pipeline/stages/foundation/secret.ts';
import { writePair, type Pair } from '../../support/arrival.ts';
import type { RealStory } from '../../support/real-story.ts';

/** A secret has 20 labels; some belong to releases. */
const atOnce = 12;

/** Runs the machine's own script with another version pinned, in a mount namespace of its own: the app notices nothing. */
const fetchOne = `
set -e
at=/run/arrivals/$1
mkdir -p "$at"
sed "s/^SECRET_VERSION=.*/SECRET_VERSION=$1/" /etc/redeploy/release.env >"$at/release.env"
mount --bind "$at/release.env" /etc/redeploy/release.env
mount --bind "$at" /run/redeploy
/opt/redeploy/fetch-settings.py >&2
`;

const script = `
set -e
export AWS_ENDPOINT_URL="$(cat /etc/sandbox/endpoint)"
mkdir -p /run/arrivals
echo 'console.log(JSON.stringify(process.env))' >/run/arrivals/main.js
. /etc/redeploy/image.env
printf '%s\\n' "$@" | xargs -P 2 -I{} unshare -m sh -c '${fetchOne}' sh {}
docker run --rm --pull never --network none --cap-drop ALL --security-opt no-new-privileges \\
  --volume /run/arrivals:/run/arrivals:ro --entrypoint sh "$IMAGE" -c '
  for version; do
    REDEPLOY_ENVIRONMENT_FILE=/run/arrivals/$version/environment.json node /redeploy/start.mjs /run/arrivals
  done' sh "$@"
`;

/** What process.env holds in the app's container for each pair: files, Secrets Manager, fetch-settings.py, start.mjs. */
export async function sendThrough(story: RealStory, machine: string, all: Pair[]): Promise<Record<string, string>[]> {
  const seen: Record<string, string>[] = [];
  for (let at = 0; at < all.length; at += atOnce) {
    const versions = await store(story, all.slice(at, at + atOnce));
    const text = await story.onMachine(machine, 'sh', '-c', script, 'sh', ...versions);
    seen.push(
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>),
    );
  }
  return seen;
}

async function store(story: RealStory, all: Pair[]): Promise<string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'arrivals-'));
  await mkdir(path.join(directory, 'settings'));
  const settings = { app: 'story', region: 'us-east-1', environments: { production: {} } };
  await writeFile(path.join(directory, 'redeploy.json'), JSON.stringify(settings));
  const ctx = { aws: await story.deployer(), report: () => {} } as unknown as Context;
  const secret = await story.aws.secretsManager.send(
    new DescribeSecretCommand({ SecretId: 'redeploy/story/production' }),
  );
  const needed = await releaseVersions(story);
  const versions: string[] = [];
  for (const pair of all) {
    await writePair(directory, pair, 2);
    const { written: payload } = await readWrittenPayload(await readTarget(directory));
    const wanted = { payload, rootUrl: 'http://lb', needed: [...needed, ...versions] };
    versions.push(await ensureSettingsVersion(ctx, secret.ARN ?? '', wanted));
  }
  await rm(directory, { recursive: true });
  return versions;
}

/** Versions of the settings that releases pin, as `redeploy releases` tells them. */
async function releaseVersions(story: RealStory): Promise<string[]> {
  const { releases } = await story.ask<{ releases: { settingsVersion: string }[] }>('releases');
  return releases.map(({ settingsVersion }) => settingsVersion);
}
