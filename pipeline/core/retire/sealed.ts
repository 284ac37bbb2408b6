import {
  constants,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  type KeyObject,
} from 'node:crypto';
import { gunzipSync } from 'node:zlib';

/**
 * What keeps the output of a script for us alone. Systems Manager shows the output of a command for 30 days to everybody who
 * may read invocations, and configurations hold passwords.
 */
export interface Seal {
  /** PEM; it goes with the script. */
  publicKey: string;
  privateKey: KeyObject;
}

export function makeSeal(): Seal {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString().trim(), privateKey };
}

/** The last line of every output: without it, it was cut. */
export const endMark = 'redeploy: end of output';

/**
 * The script with its output packed and sealed, in two lines: the key, sealed by ours, and the text, sealed by that. OpenSSL 1.0
 * and later can do it; packed, some 150 KB of text fit into the 24,000 characters that Systems Manager keeps.
 */
export const sealedScript = (script: string, { publicKey }: Pick<Seal, 'publicKey'>): string => `set -eu
umask 077
command -v openssl >/dev/null 2>&1 || { echo 'there is no openssl on the machine' >&2; exit 69; }
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
cat > "$d/ours" <<'REDEPLOY_KEY'
${publicKey}
REDEPLOY_KEY
(
set -eu
${script}
) > "$d/out"
openssl rand -hex 32 > "$d/key"
openssl pkeyutl -encrypt -pubin -inkey "$d/ours" -pkeyopt rsa_padding_mode:oaep -in "$d/key" | openssl base64 -A
echo
gzip -9 < "$d/out" | openssl enc -aes-256-cbc -md sha256 -salt -pass "file:$d/key" 2>/dev/null | openssl base64 -A
echo
echo '${endMark}'`;

/** What was sealed; undefined when it is not whole. Throws when it was sealed for somebody else. */
export function openSealed(output: string, { privateKey }: Pick<Seal, 'privateKey'>): string | undefined {
  const [key = '', text = '', end] = output.trimEnd().split('\n');
  if (end !== endMark) return undefined;
  const padding = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING };
  const passphrase = privateDecrypt(padding, Buffer.from(key, 'base64')).toString('latin1').trim();
  const sealed = Buffer.from(text, 'base64');
  const { cipherKey, iv } = derive(passphrase, sealed.subarray('Salted__'.length, 16));
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  return gunzipSync(Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()])).toString('utf8');
}

/** EVP_BytesToKey with SHA-256, as `openssl enc` does without -pbkdf2, which old machines do not know; the passphrase is chance. */
function derive(passphrase: string, salt: Buffer): { cipherKey: Buffer; iv: Buffer } {
  const hash = (...parts: (Buffer | string)[]) => {
    const sum = createHash('sha256');
    for (const part of parts) sum.update(part);
    return sum.digest();
  };
  const cipherKey = hash(passphrase, salt);
  return { cipherKey, iv: hash(cipherKey, passphrase, salt).subarray(0, 16) };
}
