// The weight of a real bundle: thousands of files under npm/node_modules/meteor/<package>/node_modules, the same each time.
import fs from 'node:fs';
import path from 'node:path';
import { sha1 } from './files.mjs';

/** Real bundles have about 17,000 files and 92 MB here; the default is quick and still heavy. */
const FILES = Number(process.env.METEOR_STANDIN_NPM_FILES ?? 3000);
const BYTES_PER_FILE = Number(process.env.METEOR_STANDIN_NPM_FILE_BYTES ?? 6600);

const words = (text) => text.trim().split(/\s+/);
const OWNERS = words(`babel-compiler boilerplate-generator ddp-server ecmascript-runtime-server logging minifier-css
  modules-runtime shell-server standard-minifier-js webapp`);
const REBUILT = words('ddp-server minifier-css modules-runtime webapp');
const LIBRARIES = words(`ansi-styles caniuse-lite core-js data-view-buffer escape-string-regexp fast-deep-equal
  has-property-descriptors iconv-lite json-schema-traverse lodash.merge qs terser`);
const FOLDERS = ['', 'lib', 'lib/internal', 'dist/cjs', 'es/modules/internals'];
const FILES_PER_LIBRARY = 30;
const WORDS =
  words(`function return const module exports require value index length options callback error this prototype
  undefined typeof object string number array key result buffer stream event emitter handler promise resolve reject
  node parser token offset source target transform encode decode header request response`);
/** Longer than a plain tar header can name, as in real bundles. */
const LONG_NAME =
  'node_modules/@babel/plugin-bugfix-safari-id-destructuring-collision-in-function-expression/lib/visitors/usage.js';

/** Writes the folder; answers with the directories in which `npm rebuild` has to run. */
export function writeNpmFolder(root) {
  const random = generator(1);
  const content = vocabularyText(random);
  let left = FILES;
  const put = (file, text) => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    left -= 1;
  };
  put(path.join(root, 'meteor', 'babel-compiler', LONG_NAME), content());
  for (const directory of libraryFolders(root)) {
    if (left <= 0) break;
    writeLibrary(directory, Math.min(left, FILES_PER_LIBRARY), { put, content, random });
  }
  for (const owner of REBUILT) writePackageToRebuild(path.join(root, 'meteor', owner));
  return REBUILT.map((owner) => `npm/node_modules/meteor/${owner}`);
}

function* libraryFolders(root) {
  for (let round = 0; ; round += 1) {
    for (const owner of OWNERS) {
      for (const library of LIBRARIES) {
        const nested = Array.from({ length: round }, () => path.join('node_modules', `nested-${library}`));
        yield path.join(root, 'meteor', owner, 'node_modules', library, ...nested);
      }
    }
  }
}

function writeLibrary(directory, count, { put, content, random }) {
  const name = path.basename(directory);
  const version = `${1 + random(6)}.${random(20)}.${random(10)}`;
  put(
    path.join(directory, 'package.json'),
    `${JSON.stringify({ name, version, main: 'lib/index.js', bin: { [name]: 'cli.js' } })}\n`,
  );
  for (let index = 0; index < count - 2; index += 1) {
    put(
      path.join(directory, FOLDERS[index % FOLDERS.length], index === 1 ? 'index.js' : `part-${index}.js`),
      content(),
    );
  }
  const cli = path.join(directory, 'cli.js');
  put(cli, `#!/usr/bin/env node\n${content()}`);
  fs.chmodSync(cli, 0o755);
  linkBinary(directory, name);
}

function linkBinary(directory, name) {
  const binaries = path.join(directory, '..', '.bin');
  fs.mkdirSync(binaries, { recursive: true });
  fs.symlinkSync(path.join('..', name, 'cli.js'), path.join(binaries, name));
}

/** `npm rebuild` needs a package there; without native modules it has nothing to do. */
function writePackageToRebuild(directory) {
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
}

/** Text that compresses about as well as source code does. */
function vocabularyText(random) {
  return () => {
    const lines = [];
    let size = 0;
    while (size < BYTES_PER_FILE) {
      const chosen = Array.from({ length: 4 + random(8) }, () => WORDS[random(WORDS.length)]);
      const line = `  ${chosen.join(random(3) === 0 ? '.' : ' ')}(${sha1(String(random(2 ** 31))).slice(0, random(14))});`;
      lines.push(line);
      size += line.length + 1;
    }
    return `${lines.join('\n')}\n`;
  };
}

/** Integers below a bound, the same sequence for the same seed (mulberry32). */
function generator(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}
