import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { start, temporaryDirectory, type StartOptions } from './harness.ts';

const MODULES = path.resolve(import.meta.dirname, '../../../node_modules');

/** A small server with what drains have to deal with: quick, slow and endless answers, a stream, a WebSocket. */
const ECHO = `
const http = require('http');
const { WebSocketServer } = require(${JSON.stringify(path.join(MODULES, 'ws'))});
const server = http.createServer((request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end('finished'), 400);
  if (request.url === '/endless') return;
  if (request.url === '/events') {
    const end = response.end; // as compression, through which Meteor sends every answer: it knows of no callback
    response.end = (chunk, encoding) => (chunk ? end.call(response, Buffer.from(chunk, encoding)) : end.call(response));
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: first\\n\\n');
    setInterval(() => response.write('data: more\\n\\n'), 20);
    return;
  }
  response.end('hello');
});
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (message) => socket.send(String(message)));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
`;

/** Starts main.js of the given text (the echo server if none) in a directory of its own. */
export async function startApp(options: StartOptions = {}, main = ECHO) {
  const place = await temporaryDirectory();
  await writeFile(path.join(place.directory, 'main.js'), main);
  const app = await start(place.directory, options);
  return {
    ...app,
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
