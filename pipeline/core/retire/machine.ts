/** The old load balancer's machine as it is now, wherever it runs. */
export interface OldMachine {
  id: string;
  /** What must be typed before something is done that cannot be undone. */
  name: string;
  state: 'starting' | 'running' | 'stopping' | 'stopped' | 'gone';
  /** Undefined once it has none. */
  address: string | undefined;
  /** Addresses that stay when the machine goes, and are billed until they are released. */
  reserved: { id: string; address: string }[];
  /** Somebody has forbidden to terminate it. */
  isProtected: boolean;
  /** Volumes that stay when it is terminated. */
  keptVolumes: string[];
  /** When it was powered on last, in epoch milliseconds, where that is known. */
  startedAt: number | undefined;
  /** Auto Scaling group that would replace it. */
  autoScalingGroup?: string;
  /** Security groups that it alone may have used. */
  securityGroups: { id: string; name: string }[];
}

/** What is left to say of a machine that is no more. */
export const goneMachine = (id: string): OldMachine => ({
  id,
  name: id,
  state: 'gone',
  address: undefined,
  reserved: [],
  isProtected: false,
  keptVolumes: [],
  startedAt: undefined,
  securityGroups: [],
});

/** What can be done to a machine of one kind. Every act is idempotent and returns once it is done. */
export interface Keeper {
  /** The machine that redeploy.json names, or the one of this id, which may be gone. */
  find(id?: string): Promise<OldMachine>;
  stop(machine: OldMachine): Promise<void>;
  start(machine: OldMachine): Promise<void>;
  /** Makes the snapshot of this name unless it is there; resolves with its id. */
  snapshot(machine: OldMachine, name: string): Promise<string>;
  removeSnapshot(id: string): Promise<void>;
  isSnapshotThere(id: string): Promise<boolean>;
  terminate(machine: OldMachine): Promise<void>;
  release(address: { id: string; address: string }): Promise<void>;
  /** Removes what nothing uses any more; resolves with what it did about each. */
  removeLeftovers(machine: Pick<OldMachine, 'securityGroups'>): Promise<string[]>;
}
