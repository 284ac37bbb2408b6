import type { Architecture } from './state.ts';

export interface InstanceType {
  name: string;
  architecture: Architecture;
  vcpus: number;
  memoryMiB: number;
  burstable: boolean;
  currentGeneration: boolean;
  processor: string;
  hypervisor: 'nitro' | 'xen';
}

/** vCPUs and GiB by size (aws.amazon.com/ec2/instance-types). */
type Sizes = Record<string, [vcpus: number, gib: number]>;
const burst: Sizes = {
  nano: [2, 0.5],
  micro: [2, 1],
  small: [2, 2],
  medium: [2, 4],
  large: [2, 8],
  xlarge: [4, 16],
  '2xlarge': [8, 32],
};
const oldBurst: Sizes = { ...burst, nano: [1, 0.5], micro: [1, 1], small: [1, 2] };
const general: Sizes = { large: [2, 8], xlarge: [4, 16], '2xlarge': [8, 32], '4xlarge': [16, 64] };
const compute: Sizes = { large: [2, 4], xlarge: [4, 8], '2xlarge': [8, 16], '4xlarge': [16, 32] };
const memory: Sizes = { large: [2, 16], xlarge: [4, 32], '2xlarge': [8, 64], '4xlarge': [16, 128] };
const one = (gib: number): Sizes => ({ medium: [1, gib] });

const intel = 'Intel';
const amd = 'AMD';
const graviton = 'AWS';
const families: Record<string, [processor: string, sizes: Sizes]> = {
  t2: [intel, oldBurst],
  t3: [intel, burst],
  t3a: [amd, burst],
  t4g: [graviton, burst],
  m5: [intel, general],
  m5a: [amd, general],
  m6a: [amd, general],
  m6i: [intel, general],
  m7i: [intel, general],
  m6g: [graviton, { ...one(4), ...general }],
  m7g: [graviton, { ...one(4), ...general }],
  m8g: [graviton, { ...one(4), ...general }],
  c5: [intel, compute],
  c6a: [amd, compute],
  c6i: [intel, compute],
  c7i: [intel, compute],
  c6g: [graviton, { ...one(2), ...compute }],
  c7g: [graviton, { ...one(2), ...compute }],
  c8g: [graviton, { ...one(2), ...compute }],
  r5: [intel, memory],
  r6i: [intel, memory],
  r6g: [graviton, { ...one(8), ...memory }],
  r7g: [graviton, { ...one(8), ...memory }],
};

/** The instance types that the sandbox's region offers, in all its zones. */
export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  Object.entries(families).flatMap(([family, [processor, sizes]]) =>
    Object.entries(sizes).map(([size, [vcpus, gib]]): [string, InstanceType] => {
      const name = `${family}.${size}`;
      const architecture = processor === graviton ? 'arm64' : 'x86_64';
      const shared = { burstable: family.startsWith('t'), currentGeneration: true, processor };
      const hypervisor = family === 't2' ? 'xen' : 'nitro';
      return [name, { name, architecture, vcpus, memoryMiB: gib * 1024, hypervisor, ...shared }];
    }),
  ),
);
