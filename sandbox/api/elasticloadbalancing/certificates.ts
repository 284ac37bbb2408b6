import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { settle } from '../../engine/acm/validation.ts';
import type { Listener } from '../../engine/elb/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { Operations } from '../service.ts';
import { listener as findListener } from './find.ts';
import { page } from './page.ts';
import { invalid } from './validation.ts';

/** Quota of certificates besides the default ones (load-balancer-limits.html). */
const mostCertificates = 25;

/** The ARN of a certificate that a listener can use. Throws `CertificateNotFound`, and `UnsupportedCertificate` until it is issued. */
export function usableCertificate(engine: Engine, arn: string): string {
  const { certificates } = engine.state.acm;
  const found = Object.hasOwn(certificates, arn) ? certificates[arn] : undefined;
  if (!found) throw new AwsError('CertificateNotFound', `Certificate '${arn}' not found`);
  if (settle(engine, found).status === 'ISSUED') return arn;
  const lacks = 'a fully-qualified domain name, a supported signature, and a supported key size';
  throw new AwsError('UnsupportedCertificate', `The certificate '${arn}' must have ${lacks}.`);
}

/** Throws `ListenerNotFound`; plain listeners have no certificates. */
function securedListener(engine: Engine, arn: string): Listener {
  const found = findListener(engine, arn);
  if (found.protocol !== 'HTTPS') throw invalid(`Listener '${arn}' does not support certificates`);
  return found;
}

export const certificateOperations: Operations<typeof client> = {
  AddListenerCertificates: ({ ListenerArn, Certificates }, { engine }) => {
    const listener = securedListener(engine, ListenerArn);
    const added = Certificates.map(({ CertificateArn = '' }) => usableCertificate(engine, CertificateArn));
    const all = [...new Set([...(listener.moreCertificates ?? []), ...added])];
    if (all.length > mostCertificates) {
      throw new AwsError('TooManyCertificates', `A load balancer has at most ${mostCertificates} certificates`);
    }
    listener.moreCertificates = all;
    return { Certificates: added.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
  },

  RemoveListenerCertificates: ({ ListenerArn, Certificates }, { engine }) => {
    const listener = securedListener(engine, ListenerArn);
    const gone = new Set(Certificates.map(({ CertificateArn }) => CertificateArn));
    if (gone.has(listener.certificateArn)) {
      throw new AwsError('OperationNotPermitted', 'The default certificate of a listener cannot be removed');
    }
    listener.moreCertificates = (listener.moreCertificates ?? []).filter((arn) => !gone.has(arn));
  },

  DescribeListenerCertificates: (input, { engine }) => {
    const { certificateArn = '', moreCertificates = [] } = securedListener(engine, input.ListenerArn);
    const all = [certificateArn, ...moreCertificates].map((CertificateArn, index) => ({
      CertificateArn,
      IsDefault: index === 0,
    }));
    const { items, ...rest } = page(all, input);
    return { Certificates: items, ...rest };
  },
};
