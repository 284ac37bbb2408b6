export interface Droplet {
  id: number;
  name: string;
  status: 'active' | 'off';
  /** The machine behind it, as the hardware knows it. */
  machineId: `i-${string}`;
  ports: number[];
  tags: string[];
  createdAt: number;
}

export interface DropletAction {
  id: number;
  type: string;
  status: 'in-progress' | 'completed' | 'errored';
  dropletId: number;
  startedAt: number;
  completedAt?: number;
}

export interface DropletSnapshot {
  id: number;
  name: string;
  dropletId: number;
  createdAt: number;
  bytes: number;
}

/** What the sandbox remembers of DigitalOcean. Plain JSON; times in epoch milliseconds. */
export interface DigitalOceanState {
  droplets: Record<string, Droplet>;
  actions: Record<string, DropletAction>;
  snapshots: Record<string, DropletSnapshot>;
  /** By address; the droplet that has it. */
  reservedIps: Record<string, { dropletId?: number }>;
}

export const emptyDigitalOcean = (): DigitalOceanState => ({
  droplets: {},
  actions: {},
  snapshots: {},
  reservedIps: {},
});
