/** Close frame, unmasked, status 1001 "going away" (RFC 6455 7.4.1): browsers and sockjs reconnect at once. */
const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);
const CLOSE_HANDSHAKE_MS = 1000;
/** sockjs requests that stay open until there is something to say. */
const SOCKJS_STREAM = /\/sockjs\/[^/.]+\/[^/.]+\/(xhr|xhr_streaming|eventsource|htmlfile|jsonp)$/;

const closing = new WeakSet();

/** Drain and stop may both have a turn planned for the same client: the first one counts. */
export function closeOnce(key, close) {
  return {
    key,
    close: () => {
      if (closing.has(key)) return;
      closing.add(key);
      close();
    },
  };
}

/** Says good-bye in the WebSocket protocol and cuts the line if the other side does not answer. */
export function closeUpgraded(socket, isWebSocket) {
  if (!isWebSocket || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.write(GOING_AWAY);
  silence(socket);
  const cut = setTimeout(() => socket.destroy(), CLOSE_HANDSHAKE_MS);
  socket.once('close', () => clearTimeout(cut));
}

/** Nothing may follow a close frame; the app's WebSocket library, which does not know of it, would send one of its own. */
function silence(socket) {
  const end = socket.end;
  const calledBack = (values) => values.find((value) => typeof value === 'function');
  socket.write = (...values) => {
    if (calledBack(values)) process.nextTick(calledBack(values));
    return true;
  };
  socket.end = (...values) => end.call(socket, calledBack(values));
}

/** Ends a stream together with its connection: sockjs lets go of a response only when the connection closes. */
export function closeResponse(response) {
  if (response.writableEnded) return;
  const { socket } = response;
  response.on('error', () => {}); // a message that the app writes into it meanwhile must not end the process
  response.once('finish', () => socket && socket.destroySoon());
  response.end(); // with nothing: compression, which Meteor puts before the app, takes a callback for data
}

export function isLongLived(response, path) {
  return SOCKJS_STREAM.test(path) || isEventStream(response);
}

/** Read from the sent head: headers given to writeHead are in no other place. */
function isEventStream(response) {
  return /^content-type:\s*text\/event-stream/im.test(response._header || '');
}
