import type { SandboxRequest } from './operation.ts';

/** The credential scope of a request. */
export interface Scope {
  accessKeyId: string;
  region: string;
  signingName: string;
}

/**
 * What a request says of its signature, in its Authorization header or in the query of a signed URL
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html).
 */
export interface Signed extends Scope {
  /** `20261122/us-east-1/ec2/aws4_request`. */
  day: string;
  signedHeaders: string;
  signature: string;
  /** `20261122T180000Z`. */
  date: string;
  /** Belongs to temporary credentials. */
  token: string | undefined;
  /** How long a signed URL is good for; undefined for a header. */
  seconds: number | undefined;
}

const credentialForm = /^([^/\s]+)\/(\d+\/([^/\s]+)\/([^/\s]+)\/aws4_request)$/;

/** Undefined for a request that nobody signed with Signature Version 4. */
export const readSigned = (request: SandboxRequest): Signed | undefined => readHeader(request) ?? readUrl(request);

function readHeader({ headers }: SandboxRequest): Signed | undefined {
  const written = headers['authorization'] ?? '';
  if (!written.startsWith('AWS4-HMAC-SHA256 ')) return undefined;
  const part = (name: string) => new RegExp(`\\b${name}=([^,\\s]+)`).exec(written)?.[1] ?? '';
  return signedBy(part('Credential'), {
    signedHeaders: part('SignedHeaders'),
    signature: part('Signature'),
    date: headers['x-amz-date'] ?? '',
    token: headers['x-amz-security-token'],
    seconds: undefined,
  });
}

function readUrl(request: SandboxRequest): Signed | undefined {
  const query = new URLSearchParams(queryOf(request));
  const part = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  if (part('Algorithm') !== 'AWS4-HMAC-SHA256') return undefined;
  return signedBy(part('Credential'), {
    signedHeaders: part('SignedHeaders'),
    signature: part('Signature'),
    date: part('Date'),
    token: query.get('X-Amz-Security-Token') ?? undefined,
    seconds: Number(part('Expires')),
  });
}

function signedBy(credential: string, rest: Omit<Signed, keyof Scope | 'day'>): Signed | undefined {
  const [, accessKeyId = '', day = '', region = '', signingName = ''] = credentialForm.exec(credential) ?? [];
  return day === '' ? undefined : { accessKeyId, day, region, signingName, ...rest };
}

/** Without the question mark. */
export const queryOf = ({ path }: SandboxRequest): string =>
  path.includes('?') ? path.slice(path.indexOf('?') + 1) : '';

/** The request as the service sees it: what signs a URL is none of its parameters. */
export function withoutSignature(request: SandboxRequest, { seconds }: Signed): SandboxRequest {
  if (seconds === undefined) return request;
  const own = [...new URLSearchParams(queryOf(request))].filter(([name]) => !name.startsWith('X-Amz-'));
  return { ...request, path: `${request.path.split('?')[0]}?${new URLSearchParams(own).toString()}` };
}
