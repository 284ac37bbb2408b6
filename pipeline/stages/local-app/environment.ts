import { pack } from 'tar-stream';
import type { Secret } from '../../core/secret.ts';

/** An archive with the file that an instance mounts: of the app's user, readable by nobody else. */
export function packEnvironment(document: Secret): NodeJS.ReadableStream {
  const archive = pack();
  archive.entry({ name: 'run/redeploy', type: 'directory', mode: 0o711 });
  archive.entry({ name: 'run/redeploy/environment.json', mode: 0o600, uid: 1000, gid: 1000 }, document.reveal());
  archive.finalize();
  return archive as unknown as NodeJS.ReadableStream;
}
