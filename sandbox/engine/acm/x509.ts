import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyPair } from './state.ts';

/** DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), content]);
  const length = size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const commonName = (name: string) => sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name))))); // 2.5.4.3
const generalizedTime = (ms: number) =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302')); // 1.2.840.10045.4.3.2

const extension = (id: string, ...content: Buffer[]) => sequence(objectId(id), der(0x04, sequence(...content)));
/** subjectAltName (2.5.29.17): DNS names. */
const alternativeNames = (names: readonly string[]) =>
  extension('551d11', ...names.map((name) => der(0x82, Buffer.from(name))));
/** basicConstraints (2.5.29.19): may sign others. */
const mayIssue = extension('551d13', der(0x01, Buffer.from([0xff])));

const pem = (what: string, body: Buffer) =>
  `-----BEGIN ${what}-----\n${(body.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${what}-----\n`;

/** Whose name is on the certificate, who signs it, and what its extensions say. */
interface Wanted {
  subject: string;
  issuer?: { name: string; key: string } | undefined;
  extension: Buffer;
}

/** An RFC 5280 certificate on P-256, good for ten years of the wall clock, which is what TLS clients look at. */
function issue({ subject, issuer, extension: extra }: Wanted): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(issuer?.name ?? subject),
    sequence(generalizedTime(now - 86_400_000), generalizedTime(now + 3650 * 86_400_000)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extra)),
  );
  const signature = sign('sha256', body, issuer ? createPrivateKey(issuer.key) : privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem('CERTIFICATE', sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))),
  };
}

const authorityName = 'Sandbox certificate authority';

/** A root that signs certificates; clients must choose to trust it. */
export const newAuthority = (): KeyPair => issue({ subject: authorityName, extension: mayIssue });

/**
 * A server certificate for DNS names, the authority's own behind it. On P-256 whatever algorithm was asked for: handshakes
 * of tests are to be quick, and no client sees more of the algorithm than that it works.
 */
export function newCertificate(authority: KeyPair, names: readonly string[]): KeyPair {
  const issuer = { name: authorityName, key: authority.key };
  const pair = issue({ subject: names[0] ?? '', issuer, extension: alternativeNames(names) });
  return { key: pair.key, cert: pair.cert + authority.cert };
}

/** The serial number of the first certificate of a PEM text, as `0a:1b:…`. */
export const serialOf = (cert: string): string =>
  (new X509Certificate(cert).serialNumber.toLowerCase().match(/../g) ?? []).join(':');
