import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as secrets from '@aws-sdk/client-secrets-manager';
import { docker } from './content.ts';
import type { Attempts } from './trespasser.ts';

/** Of another app, of another environment, and beside one's own. */
const groups = ['/redeploy/bank/production', '/redeploy/shop/staging', '/redeploy/shop/production-2'];
const done = [{ Key: 'redeploy:bake', Value: 'done' }];
const mine = [{ Key: 'redeploy:app', Value: 'shop' }];

/** What the role of a machine of `shop` may, tried on what `bank` has. */
export const machineAttempts: Record<string, Attempts> = {
  // Says that their bake is done; makes their machines one's own.
  'ec2:CreateTags': ({ aws, others }) =>
    [done, mine].flatMap((Tags) =>
      [others.builder, others.machine].map((id) => aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [id], Tags }))),
    ),
  'ecr:BatchGetImage': docker('GET', 'manifests'),
  'ecr:GetDownloadUrlForLayer': docker('GET', 'blobs'),
  'logs:CreateLogStream': ({ aws }) =>
    groups.map((logGroupName) =>
      aws.logs.send(new logs.CreateLogStreamCommand({ logGroupName, logStreamName: 'mine' })),
    ),
  'logs:PutLogEvents': ({ aws, sandbox }) =>
    groups.map((logGroupName) => {
      const logEvents = [{ timestamp: sandbox.engine.clock.now(), message: 'mine' }];
      return aws.logs.send(new logs.PutLogEventsCommand({ logGroupName, logStreamName: 'mine', logEvents }));
    }),
  'secretsmanager:GetSecretValue': ({ aws, others }) =>
    [others.secret, 'redeploy/shop/staging', 'redeploy/shop/production/old-balancer', 'shop/mail'].map((SecretId) =>
      aws.secretsManager.send(new secrets.GetSecretValueCommand({ SecretId })),
    ),
};
