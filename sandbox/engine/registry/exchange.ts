import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from '../../api/error.ts';
import type { EcrRepository } from '../ecr/state.ts';
import type { Engine } from '../engine.ts';

/** One request to the registry and what is needed to answer it. */
export interface Exchange {
  engine: Engine;
  /** Where blobs lie, content-addressed, and uploads on their way. */
  blobsDir: string;
  req: IncomingMessage;
  res: ServerResponse;
  query: URLSearchParams;
  repository: EcrRepository;
}

/** A refusal with one of the distribution specification's error codes (spec.md, "Error Codes"). */
export const refusal = (status: number, code: string, message: string): AwsError =>
  new AwsError(code, message, { status });

/** The specification's error document. */
export function answerError(res: ServerResponse, { status, code, message }: AwsError): void {
  const body = JSON.stringify({ errors: [{ code, message }] });
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(res.req.method === 'HEAD' ? undefined : body);
}
