/** On everything that a sandbox makes in Docker: which sandbox it belongs to. */
export const sandboxLabel = 'redeploy-sandbox';
/** On a machine's container and volume: its instance id. */
export const instanceLabel = 'redeploy-instance';
/** On a captured disk's image and volume: its key. */
export const diskLabel = 'redeploy-disk';

/** Deterministic names of everything that the sandbox `id` makes in Docker. */
export interface Names {
  network: string;
  /** Container and volume of a machine bear the same name. */
  machine(instanceId: string): string;
  diskImage(disk: string): { repo: string; tag: string };
  diskVolume(disk: string): string;
  labels: Record<string, string>;
  /** Docker's filter for all of it. */
  filter: string;
}

export function namesOf(id: string): Names {
  const prefix = `redeploy-${id}`;
  return {
    network: prefix,
    machine: (instanceId) => `${prefix}-${instanceId}`,
    diskImage: (disk) => ({ repo: `${prefix}-disk`, tag: disk }),
    diskVolume: (disk) => `${prefix}-disk-${disk}`,
    labels: { [sandboxLabel]: id },
    filter: `${sandboxLabel}=${id}`,
  };
}
