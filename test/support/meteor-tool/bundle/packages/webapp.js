// Serves the client programs, the index page and the app's own handlers.
const { createHash } = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { Meteor } = Package.meteor;

const IDLE_SOCKET_MS = 5_000;
const BUSY_SOCKET_MS = 120_000;
const CONTENT_TYPES = { js: 'application/javascript', css: 'text/css', json: 'application/json', html: 'text/html' };
const config = global.__meteor_runtime_config__;
const { serverDir, configJson } = global.__meteor_bootstrap__;

config.ROOT_URL = Meteor.absoluteUrl();
config.ROOT_URL_PATH_PREFIX = new URL(config.ROOT_URL).pathname.replace(/\/$/, '');
config.appId = process.env.APP_ID;
config.isModern = true;
config.autoupdate = { versions: {} };

const sha1 = (text) => createHash('sha1').update(text).digest('hex');

/** The manifest of one client program, with the versions that hot code push compares. */
function loadProgram(arch) {
  const root = path.join(serverDir, '..', arch);
  const { manifest } = JSON.parse(fs.readFileSync(path.join(root, 'program.json'), 'utf8'));
  const read = (type) => {
    const file = manifest.find((one) => one.type === type);
    return file ? fs.readFileSync(path.join(root, file.path), 'utf8') : '';
  };
  const versionOf = (wanted) =>
    sha1(JSON.stringify([config.PUBLIC_SETTINGS, manifest.filter(wanted).map(({ path: name, hash }) => [name, hash])]));
  const isCss = ({ type }) => type === 'css';
  const versions = {
    version: versionOf(() => true),
    versionRefreshable: versionOf(isCss),
    versionNonRefreshable: versionOf((file) => !isCss(file)),
    versionReplaceable: versionOf(({ replaceable }) => replaceable),
  };
  config.autoupdate.versions[arch] = versions;
  return { arch, root, manifest, versions, head: read('head'), body: read('body') };
}

const programs = configJson.clientArchs.map(loadProgram);
const files = new Map();
for (const { root, manifest } of programs) {
  for (const file of manifest) {
    const [url] = file.url ? file.url.split('?') : [];
    if (file.where === 'client' && !files.has(url)) files.set(url, { ...file, root });
  }
}

/** Browsers that can load modules get the modern program, as Meteor decides by their version. */
function programFor(request) {
  const agent = String(request.headers['user-agent']);
  const isOld = /MSIE|Trident|Firefox\/[1-5]?\d\.|Chrome\/[1-6]?\d\./.test(agent);
  return (isOld && programs.find(({ arch }) => arch.endsWith('.legacy'))) || programs[0];
}

function page(request) {
  const { arch, manifest, head, body } = programFor(request);
  const prefix = config.ROOT_URL_PATH_PREFIX;
  const urls = (type) => manifest.filter((file) => file.type === type).map((file) => prefix + file.url);
  const runtime = { ...config, isModern: !arch.endsWith('.legacy'), kind: arch };
  const encoded = JSON.stringify(encodeURIComponent(JSON.stringify(runtime)));
  return [
    '<!DOCTYPE html>',
    '<html>',
    '<head>',
    ...urls('css').map((url) => `  <link rel="stylesheet" type="text/css" class="__meteor-css__" href="${url}">`),
    head,
    '</head>',
    '<body>',
    body,
    '',
    `  <script type="text/javascript">__meteor_runtime_config__ = JSON.parse(decodeURIComponent(${encoded}))</script>`,
    '',
    ...urls('js').map((url) => `  <script type="text/javascript" src="${url}"></script>`),
    '',
    '</body>',
    '</html>',
  ].join('\n');
}

function serveFile(request, response, next) {
  const { pathname } = new URL(request.url, 'http://any');
  const file = files.get(decodeURIComponent(pathname));
  if (!file || !['GET', 'HEAD'].includes(request.method)) return next();
  const type = CONTENT_TYPES[path.extname(file.path).slice(1)] || 'application/octet-stream';
  response.setHeader('Content-Type', `${type}; charset=utf-8`);
  response.setHeader('Cache-Control', file.cacheable ? 'public, max-age=31536000' : 'public, max-age=0');
  response.setHeader('ETag', `"${file.hash}"`);
  if (request.headers['if-none-match'] === `"${file.hash}"`) return response.writeHead(304).end();
  return fs.createReadStream(path.join(file.root, file.path)).pipe(response);
}

const NEVER_THE_PAGE = new Set(['/favicon.ico', '/robots.txt', '/app.manifest']);

function servePage(request, response) {
  if (!['GET', 'HEAD'].includes(request.method)) {
    const status = request.method === 'OPTIONS' ? 200 : 405;
    response.writeHead(status, { Allow: 'OPTIONS, GET, HEAD', 'Content-Length': 0 }).end();
    return;
  }
  const url = new URL(request.url, 'http://any');
  const isResource = ['meteor_js_resource', 'meteor_css_resource', 'meteor_dont_serve_index'].some((name) =>
    url.searchParams.has(name),
  );
  if (isResource || NEVER_THE_PAGE.has(url.pathname)) {
    response.writeHead(404, { 'Cache-Control': 'no-cache' }).end('404 Not Found');
    return;
  }
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-cache, no-store, must-revalidate',
    Vary: 'User-Agent',
  });
  response.end(page(request));
}

/** A chain in the manner of connect: `use([path], handler)`, plus a handler for one verb. */
function createChain() {
  const links = [];
  const add = (method) => (first, second) => {
    const [at, handler] = second ? [first, second] : ['/', first];
    links.push({ method, at: at.replace(/\/$/, ''), handler });
    return chain;
  };
  const accepts = ({ method, at }, request) => {
    const { pathname } = new URL(request.url, 'http://any');
    return (!method || method === request.method) && (pathname === at || pathname.startsWith(`${at}/`));
  };
  const chain = { use: add(), get: add('GET'), post: add('POST'), put: add('PUT'), delete: add('DELETE') };
  chain.run = (request, response, done) => {
    const step = (index) => {
      const link = links.slice(index).find((one) => accepts(one, request));
      if (!link) return done();
      return link.handler(request, response, () => step(links.indexOf(link) + 1));
    };
    return step(0);
  };
  return chain;
}

const rawHandlers = createChain();
const appHandlers = createChain();
const httpServer = http.createServer((request, response) => {
  rawHandlers.run(request, response, () =>
    serveFile(request, response, () => appHandlers.run(request, response, () => servePage(request, response))),
  );
});
httpServer.setTimeout(IDLE_SOCKET_MS);
/** Before Node's own listener, which gives an idle connection the keep-alive time. */
function adjustTimeouts(request, response) {
  request.setTimeout(BUSY_SOCKET_MS);
  response.prependListener('finish', () => response.setTimeout(IDLE_SOCKET_MS));
}
httpServer.on('request', adjustTimeouts);

const WebApp = {
  httpServer,
  handlers: appHandlers,
  connectHandlers: appHandlers,
  rawHandlers,
  rawConnectHandlers: rawHandlers,
  clientPrograms: Object.fromEntries(programs.map((program) => [program.arch, program])),
  onListening: (callback) => (httpServer.listening ? callback() : httpServer.once('listening', callback)),
};

function main() {
  Package['ddp-server'].install(httpServer, config.ROOT_URL_PATH_PREFIX);
  httpServer.on('error', (error) => {
    process.stderr.write(`Error listening: ${error.stack}\n`);
    process.exit(1);
  });
  httpServer.listen({ port: Number(process.env.PORT) || 0, host: process.env.BIND_IP || '0.0.0.0' }, () => {
    if (process.env.METEOR_PRINT_ON_LISTEN) process.stdout.write('LISTENING\n');
  });
}

Package.webapp = { WebApp, main };
