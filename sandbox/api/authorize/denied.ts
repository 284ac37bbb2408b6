import { randomBytes, randomUUID } from 'node:crypto';
import { AwsError } from '../error.ts';
import type { Caller, Service } from '../service.ts';

/** What was asked for and not granted. */
export interface Refused {
  action: string;
  resource: string;
  why: 'identity' | 'boundary' | 'explicit';
}

const reasons: Record<Refused['why'], (action: string) => string> = {
  identity: (action) => `because no identity-based policy allows the ${action} action`,
  boundary: (action) => `because no permissions boundary allows the ${action} action`,
  explicit: () => 'with an explicit deny in an identity-based policy',
};

/**
 * The refusal as each protocol words it (troubleshoot_access-denied.html; EC2's with a message that
 * sts:DecodeAuthorizationMessage would open, "Client error codes" of the EC2 API reference).
 */
export function denied(service: Service, caller: Caller, refused: Refused): AwsError {
  const sentence = sentenceOf(caller, refused);
  if (service.protocol === 'json') return new AwsError('AccessDeniedException', sentence);
  // API_GetTopicAttributes.html: SNS has a word of its own.
  if (service.signingName === 'sns') return new AwsError('AuthorizationError', sentence, { status: 403 });
  if (service.protocol !== 'ec2') return new AwsError('AccessDenied', sentence, { status: 403 });
  const encoded = randomBytes(48).toString('base64url');
  const message = `You are not authorized to perform this operation. ${sentence}. Encoded authorization failure message: ${encoded}`;
  return new AwsError('UnauthorizedOperation', message, { status: 403 });
}

const sentenceOf = ({ arn }: Caller, { action, resource, why }: Refused): string =>
  `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reasons[why](action)}`;

/** What IAM told Auto Scaling, which asked for the caller, is in its answer word for word, as seen from users' reports of it. */
export function linkedRoleDenied(caller: Caller, refused: Refused): AwsError {
  const inner = `Service: AmazonIdentityManagement; Status Code: 403; Error Code: AccessDenied; Request ID: ${randomUUID()}; Proxy: null`;
  const message =
    'The default Service-Linked Role for Auto Scaling could not be created.  ' +
    `com.amazonaws.services.identitymanagement.model.AmazonIdentityManagementException: ${sentenceOf(caller, refused)} (${inner})`;
  return new AwsError('AccessDenied', message, { status: 403 });
}

/** Auto Scaling tells no more of what a launch lacks (ts-as-launch-template.html). */
export const templateDenied = (template: string): AwsError =>
  new AwsError('AccessDenied', `You are not authorized to use launch template: ${template}`, { status: 403 });
