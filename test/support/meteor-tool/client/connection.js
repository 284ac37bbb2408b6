// The client half of DDP version 1.
import { EJSON } from './ejson.js';
import { Random } from './random.js';
import { createStream } from './stream.js';
import { Tracker } from './tracker.js';

const HEARTBEAT_MS = 17_500;

export class MeteorError extends Error {
  constructor(error, reason, details) {
    super(reason ? `${reason} [${error}]` : `[${error}]`);
    Object.assign(this, { error, reason, details, errorType: 'Meteor.Error' });
  }
}

const fromWire = ({ error, reason, details }) => new MeteorError(error, reason, details);

export function createConnection(url) {
  const stores = new Map();
  const unknown = new Map();
  const subscriptions = new Map();
  const methods = new Map();
  let nextId = 1;
  let isReset = false;
  let lastHeard = 0;

  const send = (message) => stream.send(EJSON.stringify(message));

  const update = (message) => {
    const { collection } = message;
    if (!stores.has(collection)) {
      unknown.set(collection, [...(unknown.get(collection) || []), message]);
      return;
    }
    const store = stores.get(collection);
    store.beginUpdate(1, false);
    store.update(message);
    store.endUpdate();
  };

  /** A new session starts from nothing: every store forgets when the first data of the session arrives. */
  const resetStores = () => {
    if (!isReset) return;
    isReset = false;
    unknown.clear();
    for (const store of stores.values()) {
      store.beginUpdate(0, true);
      store.endUpdate();
    }
  };

  const settle = ({ id, error, result }) => {
    const method = methods.get(id);
    methods.delete(id);
    if (!method) return;
    if (error) method.reject(fromWire(error));
    else method.resolve(result);
  };

  const data = (message) => {
    resetStores();
    update(message);
  };

  const received = {
    connected() {
      isReset = true;
      stream.established();
      for (const { message } of subscriptions.values()) send(message);
      for (const { message } of methods.values()) send(message);
    },
    failed: () => stream.drop(),
    ping: ({ id }) => send({ msg: 'pong', ...(id !== undefined && { id }) }),
    pong() {},
    added: data,
    changed: data,
    removed: data,
    ready({ subs }) {
      resetStores();
      for (const id of subs) subscriptions.get(id)?.becomeReady();
    },
    nosub({ id, error }) {
      const subscription = subscriptions.get(id);
      subscriptions.delete(id);
      if (error && subscription) subscription.failed(fromWire(error));
    },
    updated() {},
    result: settle,
  };

  const stream = createStream(url, {
    onOpen: () => send({ msg: 'connect', version: '1', support: ['1', 'pre2', 'pre1'] }),
    onMessage(text) {
      lastHeard = Date.now();
      const message = EJSON.parse(text);
      if (message.msg && received[message.msg]) received[message.msg](message);
    },
    onLost() {
      for (const subscription of subscriptions.values()) subscription.becomeUnready();
    },
  });

  setInterval(() => {
    if (!stream.status().connected) return;
    if (Date.now() - lastHeard > 2 * HEARTBEAT_MS) stream.drop();
    else if (Date.now() - lastHeard > HEARTBEAT_MS) send({ msg: 'ping' });
  }, HEARTBEAT_MS / 2);

  return {
    registerStoreClient(name, store) {
      if (stores.has(name)) return false;
      const nothing = () => {};
      stores.set(name, { beginUpdate: nothing, update: nothing, endUpdate: nothing, ...store });
      const waiting = unknown.get(name) || [];
      unknown.delete(name);
      for (const message of waiting) update(message);
      return true;
    },
    subscribe(name, ...values) {
      return subscribe({ subscriptions, send, stream }, name, values);
    },
    callAsync(method, ...params) {
      const id = String(nextId++);
      const message = { msg: 'method', method, params, id };
      const answer = new Promise((resolve, reject) => {
        methods.set(id, { message, resolve, reject });
      });
      if (stream.status().connected) send(message);
      return answer;
    },
    status: stream.status,
    reconnect: stream.reconnect,
  };
}

function subscribe({ subscriptions, send, stream }, name, values) {
  const last = values.at(-1);
  const hasCallbacks = typeof last === 'function' || Boolean(last && (last.onReady || last.onStop || last.onError));
  const callbacks = typeof last === 'function' ? { onReady: last } : hasCallbacks ? last : {};
  const id = Random.id();
  const message = { msg: 'sub', id, name, params: hasCallbacks ? values.slice(0, -1) : values };
  const dependency = new Tracker.Dependency();
  let isReady = false;
  const change = (value) => {
    if (isReady === value) return;
    isReady = value;
    dependency.changed();
  };
  subscriptions.set(id, {
    message,
    becomeReady() {
      change(true);
      callbacks.onReady?.();
    },
    becomeUnready: () => {},
    failed(error) {
      callbacks.onError?.(error);
      callbacks.onStop?.(error);
    },
  });
  if (stream.status().connected) send(message);
  return {
    subscriptionId: id,
    ready: () => {
      dependency.depend();
      return isReady;
    },
    stop() {
      if (!subscriptions.delete(id)) return;
      send({ msg: 'unsub', id });
      callbacks.onStop?.();
    },
  };
}
