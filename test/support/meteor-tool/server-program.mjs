import fs from 'node:fs';
import path from 'node:path';
import { compileServer } from './compile.mjs';
import { copyDependencies } from './app-dependencies.mjs';
import { filesBelow, json, readOwn, writeFile } from './files.mjs';
import { writeNpmFolder } from './npm-folder.mjs';
import { WEB_ARCHS } from './web-program.mjs';

const SCRIPTS = ['boot.js', 'runtime.js', 'npm-require.js', 'npm-rebuild.js', 'npm-rebuild-args.js'];
/** Packages that do something here, in the order in which they load. */
const WORKING = [
  'meteor',
  'ejson',
  'random',
  'check',
  'tracker',
  'react-meteor-data',
  'webapp',
  'ddp-server',
  'autoupdate',
  'mongo',
];
/** Always there, whatever the app asks for: `meteor-base` brings them. */
const BASE = new Set(['meteor', 'ejson', 'random', 'webapp', 'ddp-server', 'autoupdate']);

/** Writes programs/server, without node_modules: `npm install` brings those where the bundle is to run. */
export async function writeServerProgram(app, bundle) {
  const root = path.join(bundle, 'programs', 'server');
  const { outputFiles, metafile } = await compileServer(app);
  const [map, code] = outputFiles.toSorted((a, b) => b.path.length - a.path.length);
  writeFile(root, 'app/app.js', code.contents);
  writeFile(root, 'app/app.js.map', map.contents);

  const packages = writePackages(app, root);
  for (const name of SCRIPTS) writeFile(root, name, readOwn(name), { readOnly: true });
  writeFile(root, 'package.json', readOwn('package.json'), { readOnly: true });
  writeFile(root, 'npm-shrinkwrap.json', readOwn('npm-shrinkwrap.json')); // npm rewrites it
  writeFile(root, 'npm-rebuilds.json', json(writeNpmFolder(path.join(root, 'npm', 'node_modules'))), {
    readOnly: true,
  });
  copyDependencies(app, metafile, path.join(root, 'npm', 'node_modules'));
  const assets = writeAssets(app, root);
  writeFile(root, 'config.json', json(config(app)), { readOnly: true });
  const load = [
    ...packages.map((name) => ({ path: `packages/${name}.js` })),
    { path: 'app/app.js', sourceMap: 'app/app.js.map', assets },
  ];
  writeFile(root, 'program.json', json({ format: 'javascript-image-pre1', arch: 'os', load }), {
    readOnly: true,
  });
}

function writePackages(app, root) {
  const has = (name) => BASE.has(name) || app.packages.includes(name) || app.versions.includes(name);
  const working = WORKING.filter(has);
  const silent = app.versions.filter((name) => !WORKING.includes(name)).map((name) => name.replace(':', '_'));
  for (const name of working) writeFile(root, `packages/${name}.js`, readOwn('packages', `${name}.js`));
  for (const name of silent) writeFile(root, `packages/${name}.js`, `Package[${JSON.stringify(name)}] = {};\n`);
  return [...working, ...silent];
}

/** Files of the app's private/ folder, which `Assets` reads. */
function writeAssets(app, root) {
  const from = path.join(app.directory, 'private');
  fs.mkdirSync(path.join(root, 'assets'), { recursive: true });
  if (!fs.existsSync(from)) return {};
  fs.cpSync(from, path.join(root, 'assets', 'app'), { recursive: true });
  const names = filesBelow(from).map((file) => path.relative(from, file).split(path.sep).join('/'));
  return Object.fromEntries(names.map((name) => [name, `assets/app/${name}`]));
}

function config(app) {
  return {
    meteorRelease: app.release,
    appId: app.id,
    clientArchs: WEB_ARCHS,
    clientPaths: Object.fromEntries(WEB_ARCHS.map((arch) => [arch, `../${arch}/program.json`])),
  };
}
