// Loaded before mup.js. What it wants from the network or from other programs fails, with words that say so. This keeps
// the reading of a configuration from having effects; it is no prison for hostile code, which `mup` itself would run too.
'use strict';
const { syncBuiltinESMExports } = require('node:module');

const refuse = (what) =>
  function refused(...args) {
    const wanted = args.flat().find((arg) => typeof arg === 'string');
    throw Object.assign(new Error(`it wants to ${what}${wanted ? ` (${wanted.split(/[\s?]/)[0]})` : ''}`), {
      code: 'REDEPLOY_OFFLINE',
    });
  };

const replace = (object, names, what) => {
  for (const name of names) if (typeof object[name] === 'function') object[name] = refuse(what);
};

const connect = 'connect to the network';
const resolvers = (object) => Object.keys(object).filter((name) => /^(lookup|resolve|reverse)/.test(name));
const dns = require('node:dns');
require('node:net').Socket.prototype.connect = function connectRefused(options) {
  const first = Array.isArray(options) ? options[0] : options;
  return refuse(connect)(typeof first === 'object' && first !== null ? (first.host ?? first.path) : undefined);
};
replace(require('node:dgram').Socket.prototype, ['send', 'connect'], connect);
replace(dns, resolvers(dns), connect);
replace(dns.promises, resolvers(dns.promises), connect);
for (const Resolver of [dns.Resolver, dns.promises.Resolver]) {
  replace(Resolver.prototype, Object.getOwnPropertyNames(Resolver.prototype).filter((name) => name.startsWith('resolve')), connect);
}
replace(
  require('node:child_process'),
  ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'],
  'start another program',
);
syncBuiltinESMExports();
