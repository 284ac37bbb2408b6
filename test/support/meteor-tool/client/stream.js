import { Tracker } from './tracker.js';

const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 10;
const LONGEST_RETRY_MS = 30_000;

/** A WebSocket that comes back: twice almost at once, then ever later and at random, as Meteor's own client does. */
export function createStream(url, { onOpen, onMessage, onLost }) {
  const dependency = new Tracker.Dependency();
  const status = { status: 'connecting', connected: false, retryCount: 0 };
  let socket;
  let timer;

  const change = (values) => {
    Object.assign(status, values);
    dependency.changed();
  };

  const lost = (from) => {
    if (from !== socket) return;
    socket = undefined;
    onLost();
    const retryCount = status.retryCount + 1;
    change({ status: 'waiting', connected: false, retryCount });
    timer = setTimeout(open, retryDelayMs(retryCount));
  };

  const open = () => {
    clearTimeout(timer);
    change({ status: 'connecting' });
    const opening = new WebSocket(url);
    socket = opening;
    timer = setTimeout(() => opening.close(), CONNECT_TIMEOUT_MS);
    opening.addEventListener('open', () => onOpen());
    opening.addEventListener('message', ({ data }) => opening === socket && onMessage(data));
    opening.addEventListener('close', () => lost(opening));
  };

  open();
  return {
    send: (text) => socket && socket.readyState === WebSocket.OPEN && socket.send(text),
    /** The handshake of the protocol above is done. */
    established: () => {
      clearTimeout(timer);
      change({ status: 'connected', connected: true, retryCount: 0 });
    },
    status: () => {
      dependency.depend();
      return { ...status };
    },
    reconnect: () => !status.connected && open(),
    drop: () => socket && socket.close(),
  };
}

function retryDelayMs(count) {
  if (count <= 2) return FIRST_RETRY_MS;
  const ms = Math.min(LONGEST_RETRY_MS, 1000 * 2.2 ** (count - 3));
  return ms * (0.75 + Math.random() / 2);
}
