import type { IncomingMessage, ServerResponse } from 'node:http';
import { handleRegistry, isRegistryPath } from '../engine/registry.ts';
import type { Sandbox } from '../sandbox.ts';
import { handleApi } from './api-request.ts';
import { handleControl, type ControlActions } from './control.ts';

/** What requests are answered from. */
export interface Routed {
  sandbox: Sandbox;
  actions: ControlActions;
  /** Where the registry's blobs lie. */
  blobsDir: string;
}

/** Sends a request where it belongs. Never rejects: what goes wrong is logged and answered with 500. */
export async function route(routed: Routed, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { sandbox, actions, blobsDir } = routed;
  const url = request.url ?? '/';
  try {
    if (isRegistryPath(url)) await handleRegistry(sandbox.engine, blobsDir, request, response);
    else if (url.startsWith('/_sandbox/')) await handleControl(sandbox.engine, actions, request, response);
    else await handleApi(sandbox, request, response);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    sandbox.engine.log(`${request.method} ${url}: ${text}`);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}
