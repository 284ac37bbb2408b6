import type * as client from '@aws-sdk/client-acm';
import { balancersWith } from '../engine/acm/validation.ts';
import { describeCertificate } from './acm/describe.ts';
import { findCertificate } from './acm/find.ts';
import { listCertificates } from './acm/list.ts';
import { acmNeeds } from './acm/needs.ts';
import { requestCertificate } from './acm/request.ts';
import { tagOperations } from './acm/tags.ts';
import { AwsError } from './error.ts';
import type { Operations, Service } from './service.ts';

const operations: Operations<typeof client> = {
  RequestCertificate: requestCertificate,
  DescribeCertificate: describeCertificate,
  ListCertificates: listCertificates,
  ...tagOperations,

  DeleteCertificate: ({ CertificateArn }, { engine }) => {
    const { arn } = findCertificate(engine, CertificateArn);
    const users = balancersWith(engine, arn);
    if (users.length > 0) {
      throw new AwsError('ResourceInUseException', `Certificate ${arn} is in use by ${users.join(', ')}.`);
    }
    delete engine.state.acm.certificates[arn];
  },
};

/** Certificate Manager: public certificates, validated by records in the sandbox's own Route 53, signed by its own authority. */
export const acm: Service = {
  signingName: 'acm',
  protocol: 'json',
  load: () => import('@aws-sdk/client-acm'),
  operations,
  needs: acmNeeds,
};
