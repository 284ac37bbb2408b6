import type { Machines } from '../../sandbox/engine/machines.ts';

const unheard = async (): Promise<never> => {
  throw new Error('this sandbox has no machines');
};

/** Hardware that is not there, for tests of services that need none. */
export const noMachines = (): Machines => ({
  kind: 'simulated',
  boot: unheard,
  stop: unheard,
  start: unheard,
  terminate: async () => {},
  isRunning: async () => undefined,
  onPowerOff: () => () => {},
  address: async () => undefined,
  capture: unheard,
  removeDisk: async () => {},
  consoleOutput: async () => '',
  list: async () => ({ machines: [], disks: [] }),
  close: async () => {},
});
