/** CPU architecture, in EC2's words. */
export type Architecture = 'x86_64' | 'arm64';

/** The same in Docker's (`linux/arm64`) and Meteor's (`os.linux.aarch64`) words. */
export const dockerPlatform = { x86_64: 'linux/amd64', arm64: 'linux/arm64' } as const satisfies Record<
  Architecture,
  string
>;
export const meteorArchitecture = { x86_64: 'os.linux.x86_64', arm64: 'os.linux.aarch64' } as const satisfies Record<
  Architecture,
  string
>;

/**
 * Graviton families have a `g` after the generation number (t4g, m7gd, im4gn), and a1. EC2's naming page:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function architectureOf(instanceType: string): Architecture {
  const family = instanceType.split('.')[0] ?? '';
  return family === 'a1' || /^[a-z]+\d+[a-z]*g/.test(family) ? 'arm64' : 'x86_64';
}
