const { AsyncLocalStorage } = require('async_hooks');

class MeteorError extends Error {
  constructor(error, reason, details) {
    super(reason ? `${reason} [${error}]` : `[${error}]`);
    Object.assign(this, { error, reason, details, errorType: 'Meteor.Error', isClientSafe: true });
  }
}

function readSettings() {
  if (!process.env.METEOR_SETTINGS) return {};
  try {
    return JSON.parse(process.env.METEOR_SETTINGS);
  } catch {
    throw new Error('METEOR_SETTINGS are not valid JSON.');
  }
}

function absoluteUrl(pathname = '') {
  if (!process.env.ROOT_URL) throw new Error('Must pass options.rootUrl or set ROOT_URL in the server environment');
  const root = /^https?:\/\//.test(process.env.ROOT_URL) ? process.env.ROOT_URL : `http://${process.env.ROOT_URL}`;
  return root.replace(/\/?$/, '/') + pathname.replace(/^\//, '');
}

const settings = readSettings();
settings.public = settings.public || {};
const production = (process.env.NODE_ENV || 'production') === 'production';

const config = global.__meteor_runtime_config__;
config.meteorEnv = { NODE_ENV: process.env.NODE_ENV || 'production', TEST_METADATA: process.env.TEST_METADATA || '{}' };
config.PUBLIC_SETTINGS = settings.public;

Package.meteor = {
  Meteor: {
    isServer: true,
    isClient: false,
    isCordova: false,
    isProduction: production,
    isDevelopment: !production,
    release: config.meteorRelease,
    settings,
    Error: MeteorError,
    absoluteUrl,
    startup(hook) {
      const { startupHooks } = global.__meteor_bootstrap__;
      if (startupHooks) startupHooks.push(hook);
      else hook();
    },
    setTimeout: (action, ms) => setTimeout(() => action(), ms),
    setInterval: (action, ms) => setInterval(() => action(), ms),
    clearTimeout: (handle) => clearTimeout(handle),
    clearInterval: (handle) => clearInterval(handle),
    defer: (action) => setImmediate(() => action()),
    bindEnvironment: (action) => AsyncLocalStorage.bind(action),
  },
};
