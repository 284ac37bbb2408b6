/**
 * The tag of an image like node:VERSION-bookworm-slim, VERSION being this machine's Node: the real one where it is there or a
 * registry answers, else one made from Debian's packages and this machine's node and npm (needs root, Debian, the docker command).
 */
export function ensureBaseImage(options?: { log?: (line: string) => void }): Promise<string>;
