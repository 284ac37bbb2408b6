import fs from 'node:fs';
import path from 'node:path';

const DEFAULT_NODE = '20.18.0';
/** Node versions that Meteor releases bring, by minor release. */
const NODE_OF_RELEASE = { '3.0': DEFAULT_NODE, 3.1: '22.11.0', 3.2: '22.14.0', 3.3: '22.16.0', 2.16: '14.21.4' };

/** The app around a directory, found as the tool finds it: upwards, by .meteor/release. */
export function findApp(from) {
  let directory = path.resolve(from);
  while (!fs.existsSync(path.join(directory, '.meteor', 'release'))) {
    const above = path.dirname(directory);
    if (above === directory) return undefined;
    directory = above;
  }
  return describe(directory);
}

function describe(directory) {
  const release = lines(directory, 'release')[0] ?? 'none';
  const { mainModule } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')).meteor ?? {};
  return {
    directory,
    name: path.basename(directory),
    release,
    nodeVersion: process.env.METEOR_STANDIN_NODE_VERSION ?? nodeVersionOf(release),
    packages: lines(directory, 'packages').map((line) => line.split('@')[0]),
    versions: lines(directory, 'versions').map((line) => line.split('@')[0]),
    id: lines(directory, '.id')[0] ?? '',
    mainModule: mainModule ?? { client: 'client/main.jsx', server: 'server/main.js' },
  };
}

function nodeVersionOf(release) {
  const minor = /@(\d+\.\d+)/.exec(release)?.[1];
  return NODE_OF_RELEASE[minor] ?? DEFAULT_NODE;
}

/** Lines of a file under .meteor without comments. */
function lines(directory, name) {
  const file = path.join(directory, '.meteor', name);
  if (!fs.existsSync(file)) return [];
  const text = fs.readFileSync(file, 'utf8');
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
}
