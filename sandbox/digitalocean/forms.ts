import type { Droplet, DropletAction, DropletSnapshot } from '../engine/digitalocean/state.ts';
import type { Engine } from '../engine/engine.ts';

const region = { name: 'Frankfurt 1', slug: 'fra1', features: [], available: true, sizes: [] };
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** https://docs.digitalocean.com/reference/api/digitalocean/ "Droplets" */
export const dropletForm = (engine: Engine, one: Droplet) => ({
  id: one.id,
  name: one.name,
  memory: 1024,
  vcpus: 1,
  disk: 25,
  locked: false,
  status: one.status,
  created_at: iso(one.createdAt),
  features: [],
  backup_ids: [],
  snapshot_ids: Object.values(engine.state.digitalocean.snapshots)
    .filter(({ dropletId }) => dropletId === one.id)
    .map(({ id }) => id),
  volume_ids: [],
  size_slug: 's-1vcpu-1gb',
  networks: {
    v4: addressesOf(engine, one).map((ip) => ({ ip_address: ip, netmask: '255.255.240.0', type: 'public' })),
    v6: [],
  },
  region,
  tags: one.tags,
});

const addressesOf = (engine: Engine, { id }: Droplet): string[] =>
  Object.entries(engine.state.digitalocean.reservedIps).flatMap(([ip, { dropletId }]) =>
    dropletId === id ? [ip] : [],
  );

export const actionForm = (one: DropletAction) => ({
  id: one.id,
  status: one.status,
  type: one.type,
  started_at: iso(one.startedAt),
  completed_at: one.completedAt === undefined ? null : iso(one.completedAt),
  resource_id: one.dropletId,
  resource_type: 'droplet',
  region,
  region_slug: region.slug,
});

export const snapshotForm = (one: DropletSnapshot) => ({
  id: String(one.id),
  name: one.name,
  regions: [region.slug],
  created_at: iso(one.createdAt),
  resource_id: String(one.dropletId),
  resource_type: 'droplet',
  min_disk_size: 25,
  size_gigabytes: Math.ceil(one.bytes / 1e7) / 100,
  tags: [],
});

export const reservedIpForm = (engine: Engine, ip: string, dropletId: number | undefined) => {
  const droplet = engine.state.digitalocean.droplets[dropletId ?? ''];
  return { ip, droplet: droplet ? dropletForm(engine, droplet) : null, region, locked: false, project_id: '' };
};
