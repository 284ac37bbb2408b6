import path from 'node:path';
import * as esbuild from 'esbuild';
import { ToolError } from './options.mjs';

const TOOL = import.meta.dirname;
/** Where React is taken from when the app's own node_modules were not installed. */
const OWN_MODULES = path.join(TOOL, '..', '..', '..', 'node_modules');
const CLIENT_PACKAGES = {
  meteor: 'meteor.js',
  tracker: 'tracker.js',
  'reactive-var': 'reactive-var.js',
  random: 'random.js',
  check: 'check.js',
  ejson: 'ejson.js',
  'react-meteor-data': 'react-meteor-data.jsx',
};
const SERVER_PACKAGES = ['meteor', 'webapp', 'check', 'random', 'ejson', 'tracker', 'mongo', 'react-meteor-data'];

const shared = {
  bundle: true,
  write: false,
  metafile: true,
  logLevel: 'silent',
  legalComments: 'none',
  charset: 'utf8',
  loader: { '.js': 'jsx' },
  nodePaths: [OWN_MODULES],
};

/** The client program of one architecture: Meteor's packages and the app in one file. */
export async function compileClient(app, arch, { debug }) {
  const isLegacy = arch === 'web.browser.legacy';
  const mode = debug ? 'development' : 'production';
  return compile(app, arch, {
    ...shared,
    stdin: {
      contents: `import 'meteor/meteor';\nimport '${TOOL}/client/autoupdate.js';\nimport '/${app.mainModule.client}';\n`,
      resolveDir: app.directory,
    },
    platform: 'browser',
    format: 'iife',
    target: isLegacy ? 'es2017' : 'es2020',
    minify: !debug,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    plugins: [meteorImports(app, clientModule)],
  });
}

/** The app's server code; npm packages stay outside and are required when it runs. */
export async function compileServer(app) {
  return compile(app, 'os.linux.x86_64', {
    ...shared,
    stdin: { contents: `import '/${app.mainModule.server}';\n`, resolveDir: app.directory },
    platform: 'node',
    packages: 'external',
    format: 'iife',
    target: 'node18',
    sourcemap: 'external',
    outfile: 'app.js',
    plugins: [meteorImports(app, serverModule)],
  });
}

async function compile(app, arch, options) {
  try {
    return await esbuild.build({ ...options, absWorkingDir: app.directory });
  } catch (error) {
    if (!error.errors) throw error;
    throw new ToolError(
      `Errors prevented bundling:\nWhile building for ${arch}:\n${error.errors.map(describe).join('\n')}\n`,
    );
  }
}

/** As the real tool words it: file:line:column: reason (line:column). */
function describe({ text, location }) {
  if (!location) return text;
  const at = `${location.line}:${location.column}`;
  return `${location.file}:${at}: ${text} (${at})`;
}

/** Imports of `meteor/x`, and `/imports/x` from the root of the app. */
function meteorImports(app, toModule) {
  return {
    name: 'meteor-imports',
    setup(build) {
      build.onResolve({ filter: /^meteor\// }, ({ path: id }) => toModule(app, id.slice('meteor/'.length)));
      build.onResolve({ filter: /^\// }, ({ path: id, importer, kind, pluginData }) => {
        if (pluginData === 'resolved' || id.startsWith(TOOL)) return undefined;
        return build.resolve(`.${id}`, { resolveDir: app.directory, importer, kind, pluginData: 'resolved' });
      });
      build.onLoad({ filter: /.*/, namespace: 'meteor' }, ({ path: name }) => ({
        contents: `module.exports = Package[${JSON.stringify(name)}];`,
      }));
    },
  };
}

function clientModule(app, name) {
  const missing = checkPackage(app, name, Object.keys(CLIENT_PACKAGES));
  return missing ?? { path: path.join(TOOL, 'client', CLIENT_PACKAGES[name]) };
}

function serverModule(app, name) {
  const missing = checkPackage(app, name, SERVER_PACKAGES);
  return missing ?? { path: name, namespace: 'meteor' };
}

function checkPackage(app, name, known) {
  if (name !== 'meteor' && !app.packages.includes(name) && !app.versions.includes(name)) {
    return { errors: [{ text: `Cannot find package "${name}". Try "meteor add ${name}".` }] };
  }
  if (!known.includes(name)) return { errors: [{ text: `this stand-in does not have the package "${name}" here` }] };
  return undefined;
}
