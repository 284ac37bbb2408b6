import type * as client from '@aws-sdk/client-acm';
import type { Engine } from '../../engine/engine.ts';
import { need, needTags, tagsIn, type Needs } from '../authorize/need.ts';

type OfCertificate = { CertificateArn: string; Tags?: client.Tag[] | undefined };

const on = (operation: string) => (input: OfCertificate, engine: Engine) => {
  const { certificates } = engine.state.acm;
  const found = Object.hasOwn(certificates, input.CertificateArn) ? certificates[input.CertificateArn] : undefined;
  return [
    need(`acm:${operation}`, {
      arn: input.CertificateArn,
      ...(found && { tags: found.tags }),
      ...(input.Tags && { requestTags: tagsIn(input.Tags) }),
    }),
  ];
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html */
export const acmNeeds: Needs<typeof client> = {
  // The certificate has no ARN yet; tags take acm:AddTagsToCertificate, too (API_RequestCertificate.html).
  RequestCertificate: ({ DomainName, SubjectAlternativeNames = [], Tags }) => {
    const made = { arn: '*', requestTags: tagsIn(Tags) };
    // acm-conditions.html
    const keys = { 'acm:DomainNames': [DomainName, ...SubjectAlternativeNames] };
    return [need('acm:RequestCertificate', { ...made, keys }), ...needTags('acm:AddTagsToCertificate', made)];
  },
  DescribeCertificate: on('DescribeCertificate'),
  DeleteCertificate: on('DeleteCertificate'),
  AddTagsToCertificate: on('AddTagsToCertificate'),
  RemoveTagsFromCertificate: on('RemoveTagsFromCertificate'),
  ListTagsForCertificate: on('ListTagsForCertificate'),
};
