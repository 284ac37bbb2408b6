import type { Secret, SecretVersion } from './state.ts';

export const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';

/** Staging labels across all versions of a secret (Secrets Manager user guide, "Quotas"). */
export const maxLabels = 20;

/** Beyond this many, versions without labels that are older than a day are removed (API reference, PutSecretValue). */
const keptVersions = 100;
const dayMs = 24 * 3600 * 1000;

/** The version that has `label`. */
export const labelled = (secret: Secret, label: string): SecretVersion | undefined =>
  Object.values(secret.versions).find(({ stages }) => stages.includes(label));

/** How many labels there would be if `added` were attached as well. */
export function countLabels(secret: Secret, added: readonly string[]): number {
  const labels = new Set([...added, ...Object.values(secret.versions).flatMap(({ stages }) => stages)]);
  if (added.includes(current) && labelled(secret, current)) labels.add(previous);
  return labels.size;
}

/** Moves `label` to `version`; AWSCURRENT leaves AWSPREVIOUS where it was. */
export function moveLabel(secret: Secret, label: string, version: SecretVersion): void {
  const from = labelled(secret, label);
  if (from === version) return;
  if (from) from.stages = from.stages.filter((stage) => stage !== label);
  version.stages = [...version.stages, label];
  if (label === current && from) moveLabel(secret, previous, from);
}

/** Adds a version and its labels; the first one is always AWSCURRENT. */
export function addVersion(secret: Secret, version: Omit<SecretVersion, 'stages'>, labels: readonly string[]): void {
  const first = Object.keys(secret.versions).length === 0;
  const added: SecretVersion = { ...version, stages: [] };
  secret.versions[version.id] = added;
  secret.changedAt = version.createdAt;
  for (const label of new Set(first ? [current, ...labels] : labels)) moveLabel(secret, label, added);
  removeDeprecated(secret, version.createdAt);
}

function removeDeprecated(secret: Secret, now: number): void {
  const versions = Object.values(secret.versions).sort((a, b) => b.createdAt - a.createdAt);
  for (const { id, stages, createdAt } of versions.slice(keptVersions)) {
    if (stages.length === 0 && now - createdAt > dayMs) delete secret.versions[id];
  }
}
