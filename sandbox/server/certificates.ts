import type { ServerResponse } from 'node:http';
import { issueCertificate } from '../engine/acm/validation.ts';
import type { Engine } from '../engine/engine.ts';

const text = (response: ServerResponse, status: number, body: string) =>
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);

/**
 * `GET /_sandbox/certificates/authority.pem`: what clients must trust. `POST /_sandbox/certificates/<id>/issue`: issues one
 * without its records, as somebody who clicks the link in the validation mail.
 */
export function answerCertificates(engine: Engine, route: string, response: ServerResponse): void {
  const { authority, certificates } = engine.state.acm;
  if (route === 'GET /_sandbox/certificates/authority.pem') {
    text(response, authority ? 200 : 404, authority?.cert ?? 'no certificate was issued yet\n');
    return;
  }
  const id = /^POST \/_sandbox\/certificates\/([\w-]+)\/issue$/.exec(route)?.[1];
  const certificate = Object.values(certificates).find(({ arn }) => id !== undefined && arn.endsWith(`/${id}`));
  if (certificate) issueCertificate(engine, certificate);
  text(response, certificate ? 200 : 404, certificate ? 'issued\n' : `nothing at ${route}\n`);
}
