// Started by `redeploy init --from-mup` with the path of mup.js: evaluates it as `mup` does (require, relative to the file)
// and sends what it exports to the parent, before mup would change it. Also an (async) function, and an ES module.
'use strict';
const { isModuleNamespaceObject, isPromise } = require('node:util/types');

const [, , file] = process.argv;
process.argv.splice(1, Infinity, 'mup');

/** Variables that mup.js asked for and that are not set. */
const missing = new Set();
process.env = new Proxy(process.env, {
  get(env, name) {
    if (typeof name === 'string' && env[name] === undefined && !/^(NODE_|npm_|CI$|TERM|.*COLOR|DEBUG)/.test(name)) missing.add(name);
    return env[name];
  },
});

function tell(value, above = []) {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { data: value };
  if (typeof value === 'number') return Number.isFinite(value) ? { data: value } : { strange: String(value) };
  if (typeof value !== 'object') return { strange: typeof value };
  if (above.includes(value)) return { strange: 'circular' };
  const path = [...above, value];
  if (Array.isArray(value)) return { list: value.map((element) => tell(element, path)) };
  const prototype = Object.getPrototypeOf(value);
  // Another realm's plain objects have another Object.prototype.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return { strange: prototype.constructor?.name ?? 'object' };
  if (isPromise(value)) return { strange: 'Promise' };
  return { record: Object.keys(value).map((key) => [key, tell(read(value, key), path)]) };
}

function read(object, key) {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}

async function load() {
  try {
    return require(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ESM') throw error;
    return import(require('node:url').pathToFileURL(file).href);
  }
}

async function evaluate() {
  const loaded = await load();
  const exported = isModuleNamespaceObject(loaded) && 'default' in loaded ? loaded.default : loaded;
  const config = await (typeof exported === 'function' ? exported() : exported);
  return { config: tell(config), missing: [...missing].sort() };
}

/** Where in mup.js, or in what it requires, it went wrong. */
function placeOf(error) {
  const stack = String(error?.stack ?? '').replaceAll('file://', '');
  const own = stack.split(`${file}:`)[1]?.match(/^\d+/)?.[0];
  if (own !== undefined) return `${file}:${own}`;
  const lines = stack.split('\n').filter((line) => !line.includes(__dirname) && !line.includes('node:'));
  return /(\/.*\.(?:c|m)?js(?:on)?:\d+)/.exec(lines.join('\n'))?.[1];
}

const failure = (error) => ({
  error: String(error?.cause?.code === 'REDEPLOY_OFFLINE' ? error.cause.message : (error?.message ?? error)).split('\n')[0],
  code: error?.cause?.code ?? error?.code,
  place: placeOf(error),
});

const finish = (message) => process.send(message, () => process.exit(0));
process.on('uncaughtException', (error) => finish(failure(error)));
evaluate().then(finish, (error) => finish(failure(error)));
