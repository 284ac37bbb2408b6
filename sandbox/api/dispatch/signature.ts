import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { Protocol } from '../service.ts';
import type { SandboxRequest } from './operation.ts';
import { queryOf, type Signed } from './signed.ts';

// Signature Version 4 as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html has it, of
// requests and of URLs.

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** RFC 3986: everything but letters, digits and `-._~`. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalRequest(request: SandboxRequest, signedHeaders: string): string {
  const { method, path, headers, body } = request;
  const query = [...new URLSearchParams(queryOf(request))]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted();
  // The path is encoded once more than it is on the wire, for all services but S3.
  const uri = (path.split('?')[0] ?? '').split('/').map(encode).join('/');
  const values = signedHeaders.split(';').map((name) => `${name}:${plain(headers[name] ?? '')}\n`);
  return [method, uri, query.join('&'), values.join(''), signedHeaders, sha256(body)].join('\n');
}

const plain = (value: string) => value.trim().replaceAll(/ +/g, ' ');

/** Keys of a day, region and service are the same for every request. */
const signingKeys = new Map<string, Buffer>();

function signingKey(secret: string, scope: string): Buffer {
  const known = signingKeys.get(`${secret} ${scope}`);
  if (known) return known;
  const key = scope.split('/').reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secret}`) as Buffer;
  if (signingKeys.size > 1000) signingKeys.clear();
  signingKeys.set(`${secret} ${scope}`, key);
  return key;
}

/** The signature that a request should bear. */
function signatureOf(request: SandboxRequest, { day, date, signedHeaders }: Signed, secret: string): string {
  const text = ['AWS4-HMAC-SHA256', date, day, sha256(canonicalRequest(request, signedHeaders))].join('\n');
  return hmac(signingKey(secret, day), text).toString('hex');
}

/** The codes differ by protocol family (EC2, query and JSON "Common errors" pages). */
const wrongCodes: Record<Protocol, string> = {
  ec2: 'AuthFailure',
  query: 'SignatureDoesNotMatch',
  json: 'InvalidSignatureException',
  'rest-xml': 'SignatureDoesNotMatch',
};
const lateCodes: Record<Protocol, string> = { ...wrongCodes, ec2: 'RequestExpired' };

/** reference_sigv-troubleshooting.html: a request must reach AWS within five minutes of its time stamp. */
const toleratedMs = 5 * 60_000;

/**
 * Refuses a request whose signature is not that of its access key, or is old. Keys that the sandbox did not give out have
 * secrets that it does not know: they are taken as they are. By the real clock, as clients sign by it.
 */
export function verifySignature({ state }: Engine, request: SandboxRequest, signed: Signed, protocol: Protocol): void {
  const { accessKeys, sessions } = state.iam;
  const { accessKeyId, date } = signed;
  const secret = own(accessKeys, accessKeyId)?.secret ?? own(sessions, accessKeyId)?.secret;
  if (secret === undefined) return;
  const expected = Buffer.from(signatureOf(request, signed, secret));
  const given = Buffer.from(signed.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    const message =
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
    throw new AwsError(wrongCodes[protocol], message, { status: 403 });
  }
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (isInTime(signedAt, signed)) return;
  throw new AwsError(lateCodes[protocol], `Signature expired: ${date} is not within 5 min. of now`, { status: 403 });
}

/** A URL is good for the seconds that it names, at most for seven days (X-Amz-Expires). */
function isInTime(signedAt: number, { seconds }: Signed): boolean {
  const ageMs = Date.now() - signedAt;
  if (seconds === undefined) return Math.abs(ageMs) <= toleratedMs;
  return seconds >= 1 && seconds <= 604_800 && ageMs >= -toleratedMs && ageMs <= seconds * 1000;
}

const own = <T>(all: Record<string, T>, key: string): T | undefined => (Object.hasOwn(all, key) ? all[key] : undefined);
