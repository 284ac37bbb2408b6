/** Hosts of a MongoDB address, without ports; undefined when it is none. */
export function mongoHosts(address: string): string[] | undefined {
  const list = /^mongodb(?:\+srv)?:\/\/(?:.*@)?([^/?]+)/i.exec(address)?.[1];
  return list?.split(',').map((host) => host.replace(/:\d+$/, ''));
}

/** Names that mean the machine itself, or a container beside the app, as mup links it. */
export const isOwnMachine = (host: string): boolean =>
  /^(localhost$|mongodb$|127\.|0\.0\.0\.0$|\[?::1\]?$|172\.17\.)/i.test(host);

/** Addresses of private networks (RFC 1918). */
export const isPrivateAddress = (host: string): boolean => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
