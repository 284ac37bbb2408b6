/** Images with the Node that a bundle names. */
export interface Bases {
  /** What the app runs in. */
  base: string;
  /** Where npm packages are installed and native modules compiled: has python3, make and g++. */
  buildBase: string;
}

/** The first release of a major version with an official image on Debian 11, which Docker has had since August 2021. */
const firstOnBullseye: Record<number, readonly [minor: number, patch: number]> = {
  12: [22, 6],
  14: [17, 5],
  16: [8, 0],
};

/**
 * Where this Node can be had. Docker's official images of Node 16 and older never had Debian 12, and the packages of Debian 10 are
 * in the archive alone. Node 14.21.4, which Meteor 2.13 to 2.16 want, is Meteor's own: https://guide.meteor.com/using-node-v14.21.4
 */
export function defaultBases(nodeVersion: string): Bases {
  const [major = 0, minor = 0, patch = 0] = nodeVersion.split('.').map((part) => Number.parseInt(part, 10));
  const isFrom = ([first, second]: readonly [number, number]) => minor > first || (minor === first && patch >= second);
  if (major === 14 && isFrom([21, 4])) {
    const own = `meteor/node:${nodeVersion}`;
    return { base: own, buildBase: own };
  }
  const older = firstOnBullseye[major] && isFrom(firstOnBullseye[major]) ? 'bullseye' : 'buster';
  const debian = major >= 17 ? 'bookworm' : older;
  return { base: `node:${nodeVersion}-${debian}-slim`, buildBase: `node:${nodeVersion}-${debian}` };
}
