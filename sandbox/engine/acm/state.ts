/** A key pair with its certificate in PEM, the issuer's behind it where somebody else signed it. */
export interface KeyPair {
  key: string;
  cert: string;
}

export interface Certificate {
  arn: string;
  /** The first name, and all of them: the domain name and the alternative ones, each once. */
  domainName: string;
  names: string[];
  keyAlgorithm: 'RSA_2048' | 'EC_prime256v1' | 'EC_secp384r1';
  validationMethod: 'DNS' | 'EMAIL';
  status: 'PENDING_VALIDATION' | 'ISSUED' | 'VALIDATION_TIMED_OUT' | 'EXPIRED' | 'FAILED';
  createdAt: number;
  /** When all records were first seen; it is issued `timing.certificateMs` later. */
  provedAt?: number;
  issuedAt?: number;
  idempotencyToken?: string;
  isExportable: boolean;
  tags: Record<string, string>;
  /** What listeners serve with, once it is issued. */
  pair?: KeyPair;
}

/** What the sandbox remembers of Certificate Manager. Plain JSON; times in epoch milliseconds. */
export interface AcmState {
  /** By ARN. */
  certificates: Record<string, Certificate>;
  /** Signs everything that the sandbox issues; made with the first certificate. */
  authority?: KeyPair;
}

export const emptyAcm = (): AcmState => ({ certificates: {} });
