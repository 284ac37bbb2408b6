/** Images with the Node that a bundle names. */
export interface Bases {
  /** What the app runs in. */
  base: string;
  /** Where npm packages are installed and native modules compiled: has python3, make and g++. */
  buildBase: string;
}

/**
 * Where this Node can be had. Docker's official images of Node 16 and older never had Debian 12 (bookworm came in June 2023),
 * and Node 14.21.4, which Meteor 2.13 to 2.16 want, is Meteor's own: https://guide.meteor.com/using-node-v14.21.4
 */
export function defaultBases(nodeVersion: string): Bases {
  const [major = 0, minor = 0, patch = 0] = nodeVersion.split('.').map((part) => Number.parseInt(part, 10));
  if (major === 14 && (minor > 21 || (minor === 21 && patch > 3))) {
    const own = `meteor/node:${nodeVersion}`;
    return { base: own, buildBase: own };
  }
  const debian = major >= 18 ? 'bookworm' : 'buster';
  return { base: `node:${nodeVersion}-${debian}-slim`, buildBase: `node:${nodeVersion}-${debian}` };
}
