import fs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import tar from 'tar-fs';

/** A bundle as the tool archives it: names below bundle/ (the first is `bundle/.`), owner 0, modes 0644 and 0755. */
export async function writeTarball(bundle, file) {
  const pack = tar.pack(bundle, {
    map: (header) => ({
      ...header,
      name: `bundle/${header.name}`,
      mode: header.type === 'directory' || (header.mode & 0o100) !== 0 ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
    }),
  });
  await pipeline(pack, createGzip({ level: 6 }), fs.createWriteStream(file));
}
