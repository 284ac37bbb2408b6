import { createConnection, MeteorError } from './connection.js';
import { Package } from './package-registry.js';

const config = globalThis.__meteor_runtime_config__;
const url = new URL(`${config.ROOT_URL_PATH_PREFIX || ''}/websocket`, location.href);
url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';

const connection = createConnection(url.href);
const production = config.meteorEnv.NODE_ENV === 'production';

/** The form with a callback as last value, kept beside callAsync. */
async function call(name, ...values) {
  const answered = typeof values.at(-1) === 'function' ? values.pop() : () => {};
  try {
    answered(undefined, await connection.callAsync(name, ...values));
  } catch (error) {
    answered(error);
  }
}

export const Meteor = {
  isClient: true,
  isServer: false,
  isCordova: false,
  isProduction: production,
  isDevelopment: !production,
  release: config.meteorRelease,
  settings: { public: config.PUBLIC_SETTINGS || {} },
  Error: MeteorError,
  connection,
  call,
  callAsync: (...values) => connection.callAsync(...values),
  subscribe: (...values) => connection.subscribe(...values),
  status: connection.status,
  reconnect: connection.reconnect,
  methods() {},
  absoluteUrl: (path = '') => config.ROOT_URL.replace(/\/?$/, '/') + path.replace(/^\//, ''),
  startup(hook) {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => hook());
    else hook();
  },
  setTimeout: (action, ms) => setTimeout(() => action(), ms),
  setInterval: (action, ms) => setInterval(() => action(), ms),
  clearTimeout: (handle) => clearTimeout(handle),
  clearInterval: (handle) => clearInterval(handle),
  defer: (action) => setTimeout(() => action()),
};

Package.meteor = { Meteor };
