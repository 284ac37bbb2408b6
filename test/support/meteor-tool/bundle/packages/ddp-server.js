// The server half of DDP version 1: sessions over sockjs, with methods, publications and heartbeats.
const { EJSON } = Package.ejson;
const { Meteor } = Package.meteor;
const { Random } = Package.random;

const VERSIONS = ['1', 'pre2', 'pre1'];
const HEARTBEAT_MS = 15_000;
const methodHandlers = new Map();
const publishHandlers = new Map();
const sessions = new Set();

function wireError(error) {
  if (error && error.sanitizedError) return wireError(error.sanitizedError);
  if (error && error.isClientSafe) {
    const { error: code, reason, details, message } = error;
    return { isClientSafe: true, error: code, reason, details, message, errorType: 'Meteor.Error' };
  }
  process.stderr.write(`Exception while handling a DDP message: ${error && error.stack}\n`);
  return wireError(new Meteor.Error(500, 'Internal server error'));
}

/** What one client has been sent: a document stays until the last subscription that published it lets go. */
function createView(send) {
  const collections = new Map();
  const documentsOf = (collection) => {
    if (!collections.has(collection)) collections.set(collection, new Map());
    return collections.get(collection);
  };
  const merged = (bySubscription) => Object.assign({}, ...bySubscription.values());
  return {
    added(subscription, collection, id, fields) {
      const documents = documentsOf(collection);
      const isNew = !documents.has(id);
      if (isNew) documents.set(id, new Map());
      documents.get(id).set(subscription, { ...fields });
      send({ msg: isNew ? 'added' : 'changed', collection, id, fields });
    },
    changed(subscription, collection, id, fields) {
      const bySubscription = documentsOf(collection).get(id);
      if (!bySubscription) throw new Error(`Could not find element with id ${id} to change`);
      const own = { ...bySubscription.get(subscription), ...fields };
      bySubscription.set(subscription, own);
      const cleared = Object.keys(fields).filter((name) => fields[name] === undefined);
      for (const name of cleared) delete own[name];
      send({ msg: 'changed', collection, id, fields: EJSON.clone(fields), ...(cleared.length > 0 && { cleared }) });
    },
    removed(subscription, collection, id) {
      const bySubscription = documentsOf(collection).get(id);
      if (!bySubscription || !bySubscription.delete(subscription)) return;
      if (bySubscription.size > 0) send({ msg: 'changed', collection, id, fields: merged(bySubscription) });
      else if (documentsOf(collection).delete(id)) send({ msg: 'removed', collection, id });
    },
    removeAll(subscription) {
      for (const [collection, documents] of collections) {
        for (const id of documents.keys()) this.removed(subscription, collection, id);
      }
    },
  };
}

function createSession(socket) {
  const send = (message) => socket.write(EJSON.stringify(message));
  const session = { id: Random.id(), send, view: createView(send), subscriptions: new Map(), userId: null };
  session.queue = Promise.resolve();
  session.connection = describeConnection(session, socket);
  session.lastHeard = Date.now();
  session.heartbeat = setInterval(() => {
    if (Date.now() - session.lastHeard > 2 * HEARTBEAT_MS) socket.close();
    else if (Date.now() - session.lastHeard >= HEARTBEAT_MS) send({ msg: 'ping' });
  }, HEARTBEAT_MS / 2);
  sessions.add(session);
  return session;
}

function describeConnection(session, socket) {
  const closeCallbacks = new Set();
  session.closeCallbacks = closeCallbacks;
  return {
    id: session.id,
    clientAddress: clientAddress(socket),
    httpHeaders: socket.headers,
    close: () => socket.close(),
    onClose: (callback) => closeCallbacks.add(callback),
  };
}

/** The address that HTTP_FORWARDED_COUNT trusted proxies report. */
function clientAddress(socket) {
  const proxies = Number.parseInt(process.env.HTTP_FORWARDED_COUNT, 10) || 0;
  if (proxies === 0) return socket.remoteAddress;
  const forwarded = String(socket.headers['x-forwarded-for'] || '').split(/\s*,\s*/);
  return forwarded.length < proxies ? null : forwarded[forwarded.length - proxies];
}

function endSession(session) {
  clearInterval(session.heartbeat);
  sessions.delete(session);
  for (const subscription of session.subscriptions.values()) subscription._stopped();
  for (const callback of session.closeCallbacks) callback();
}

const handlers = {
  ping: (session, { id }) => session.send({ msg: 'pong', ...(id !== undefined && { id }) }),
  pong: () => {},
  method(session, message) {
    const run = async () => {
      const answer = await callMethod(session, message).then(
        (result) => ({ result }),
        (error) => ({ error: wireError(error) }),
      );
      session.send({ msg: 'updated', methods: [message.id] });
      session.send({ msg: 'result', id: message.id, ...answer });
    };
    session.queue = session.queue.then(run);
  },
  sub(session, { id, name, params = [] }) {
    if (session.subscriptions.has(id)) return;
    if (!publishHandlers.has(name)) {
      session.send({ msg: 'nosub', id, error: wireError(new Meteor.Error(404, `Subscription '${name}' not found`)) });
      return;
    }
    startSubscription(session, { id, name, params });
  },
  unsub(session, { id }) {
    const subscription = session.subscriptions.get(id);
    if (subscription) subscription.stop();
  },
};

async function callMethod(session, { method, params = [] }) {
  const handler = methodHandlers.get(method);
  if (!handler) throw new Meteor.Error(404, `Method '${method}' not found`);
  const { connection, userId } = session;
  return handler.apply({ isSimulation: false, connection, userId, unblock() {} }, params);
}

function startSubscription(session, { id, name, params }) {
  const stopCallbacks = [];
  let active = true;
  const end = (error) => {
    if (!active) return;
    subscription._stopped();
    session.subscriptions.delete(id);
    session.view.removeAll(subscription);
    session.send({ msg: 'nosub', id, ...(error && { error: wireError(error) }) });
  };
  const ifActive = (act) => active && act();
  const subscription = {
    connection: session.connection,
    userId: session.userId,
    added: (...values) => ifActive(() => session.view.added(subscription, ...values)),
    changed: (...values) => ifActive(() => session.view.changed(subscription, ...values)),
    removed: (...values) => ifActive(() => session.view.removed(subscription, ...values)),
    ready: () => ifActive(() => session.send({ msg: 'ready', subs: [id] })),
    onStop: (callback) => stopCallbacks.push(callback),
    stop: () => end(),
    error: end,
    unblock() {},
    _stopped() {
      active = false;
      for (const callback of stopCallbacks) callback();
    },
  };
  session.subscriptions.set(id, subscription);
  Promise.resolve()
    .then(() => publishHandlers.get(name).apply(subscription, params))
    .catch(end);
}

function connect(socket, message) {
  const supported = Array.isArray(message.support) ? message.support : [];
  if (!VERSIONS.includes(message.version) || !supported.includes(message.version)) {
    const version = supported.find((one) => VERSIONS.includes(one)) || VERSIONS[0];
    socket.write(JSON.stringify({ msg: 'failed', version }));
    socket.close();
    return undefined;
  }
  const session = createSession(socket);
  session.send({ msg: 'connected', session: session.id });
  return session;
}

function parse(socket, text) {
  try {
    const message = EJSON.parse(text);
    if (message && typeof message.msg === 'string') return message;
  } catch {
    // answered below
  }
  socket.write(JSON.stringify({ msg: 'error', reason: 'Bad request' }));
  return undefined;
}

function receive(socket, text) {
  const message = parse(socket, text);
  if (!message) return;
  const { session } = socket;
  if (session) session.lastHeard = Date.now();
  if (message.msg === 'connect' && !session) socket.session = connect(socket, message);
  else if (session && Object.hasOwn(handlers, message.msg)) handlers[message.msg](session, message);
  else socket.write(JSON.stringify({ msg: 'error', reason: 'Bad request', offendingMessage: message }));
}

function install(httpServer, prefix) {
  const sockjs = Npm.require('sockjs');
  const server = sockjs.createServer({
    prefix: `${prefix}/sockjs`,
    log: () => {},
    heartbeat_delay: 45_000,
    disconnect_delay: 60_000,
    websocket: !process.env.DISABLE_WEBSOCKETS,
  });
  server.installHandlers(httpServer);
  rewriteRawEndpoint(httpServer, prefix);
  server.on('connection', (socket) => {
    if (!socket) return;
    socket.write(JSON.stringify({ server_id: '0' }));
    socket.on('data', (text) => receive(socket, text));
    socket.on('close', () => socket.session && endSession(socket.session));
  });
}

/** sockjs puts its listeners before all others, so /websocket has to be rewritten in front of them. */
function rewriteRawEndpoint(httpServer, prefix) {
  for (const event of ['request', 'upgrade']) {
    const listeners = httpServer.listeners(event).slice();
    httpServer.removeAllListeners(event);
    httpServer.on(event, (request, ...rest) => {
      const url = new URL(request.url, 'http://any');
      if (url.pathname.replace(/\/$/, '') === `${prefix}/websocket`)
        request.url = `${prefix}/sockjs/websocket${url.search}`;
      for (const listener of listeners) listener.call(httpServer, request, ...rest);
    });
  }
}

Object.assign(Meteor, {
  methods(methods) {
    for (const [name, handler] of Object.entries(methods)) {
      if (methodHandlers.has(name)) throw new Error(`A method named '${name}' is already defined`);
      methodHandlers.set(name, handler);
    }
  },
  publish: (name, handler) => publishHandlers.set(name, handler),
  callAsync: async (name, ...params) => callMethod({ connection: null, userId: null }, { method: name, params }),
  onConnection: () => {},
  server: { method_handlers: methodHandlers, publish_handlers: publishHandlers, sessions },
});

Package['ddp-server'] = { install };
