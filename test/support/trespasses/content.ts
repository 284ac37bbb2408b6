import * as acm from '@aws-sdk/client-acm';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ecr from '@aws-sdk/client-ecr';
import * as iam from '@aws-sdk/client-iam';
import * as route53 from '@aws-sdk/client-route-53';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import { checkRegistryAction } from '../../../sandbox/engine/registry/actions.ts';
import { mine, theirs, type Attempts } from './trespasser.ts';

const json = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
const boundary = (app: string) => `arn:aws:iam::123456789012:policy/redeploy-${app}-boundary`;

const logGroup = '/redeploy/bank/production';
const logArn = `arn:aws:logs:us-east-1:123456789012:log-group:${logGroup}`;
const repository = 'redeploy/bank';
const repositoryArn = `arn:aws:ecr:us-east-1:123456789012:repository/${repository}`;

/** As Docker's own requests reach the registry. */
export const docker =
  (method: string, what: string): Attempts =>
  ({ sandbox, principal }) => [
    (async () => {
      checkRegistryAction(sandbox.engine, principal, { method, what, name: repository });
    })(),
  ];

const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});

const ownContentAttempts: Record<string, Attempts> = {
  'sns:GetTopicAttributes': ({ aws }) => [
    aws.sns.send(new sns.GetTopicAttributesCommand({ TopicArn: 'arn:aws:sns:us-east-1:123456789012:bank' })),
  ],
  'ecr:BatchCheckLayerAvailability': docker('HEAD', 'blobs'),
  'ecr:BatchGetImage': ({ aws }) => [
    aws.ecr.send(new ecr.BatchGetImageCommand({ repositoryName: repository, imageIds: [{ imageTag: 'v1' }] })),
  ],
  'ecr:CompleteLayerUpload': docker('PUT', 'blobs/uploads'),
  'ecr:InitiateLayerUpload': docker('POST', 'blobs/uploads'),
  'ecr:UploadLayerPart': docker('PATCH', 'blobs/uploads'),
  'ecr:PutImage': docker('PUT', 'manifests'),
  'ecr:CreateRepository': ({ aws }) => [
    aws.ecr.send(new ecr.CreateRepositoryCommand({ repositoryName: repository, tags: mine })),
  ],
  'ecr:DescribeImages': ({ aws }) => [aws.ecr.send(new ecr.DescribeImagesCommand({ repositoryName: repository }))],
  'ecr:DescribeRepositories': ({ aws }) => [
    aws.ecr.send(new ecr.DescribeRepositoriesCommand({ repositoryNames: [repository] })),
  ],
  'ecr:GetLifecyclePolicy': ({ aws }) => [
    aws.ecr.send(new ecr.GetLifecyclePolicyCommand({ repositoryName: repository })),
  ],
  'ecr:PutLifecyclePolicy': ({ aws }) => [
    aws.ecr.send(new ecr.PutLifecyclePolicyCommand({ repositoryName: repository, lifecyclePolicyText })),
  ],
  'ecr:TagResource': ({ aws }) => [
    aws.ecr.send(new ecr.TagResourceCommand({ resourceArn: repositoryArn, tags: mine })),
  ],
  'logs:CreateLogGroup': ({ aws }) => [
    aws.logs.send(new logs.CreateLogGroupCommand({ logGroupName: `${logGroup}/more` })),
  ],
  'logs:FilterLogEvents': ({ aws }) => [aws.logs.send(new logs.FilterLogEventsCommand({ logGroupName: logGroup }))],
  'logs:PutRetentionPolicy': ({ aws }) => [
    aws.logs.send(new logs.PutRetentionPolicyCommand({ logGroupName: logGroup, retentionInDays: 1 })),
  ],
  'logs:TagResource': ({ aws }) => [
    aws.logs.send(new logs.TagResourceCommand({ resourceArn: logArn, tags: { 'redeploy:app': 'shop' } })),
  ],
  'secretsmanager:CreateSecret': ({ aws }) => [
    aws.secretsManager.send(new secrets.CreateSecretCommand({ Name: 'redeploy/bank/staging', Tags: mine })),
  ],
  'secretsmanager:DescribeSecret': ({ aws, others }) => [
    aws.secretsManager.send(new secrets.DescribeSecretCommand({ SecretId: others.secret })),
  ],
  // One's own neither: a deployer reads no settings back.
  'secretsmanager:GetSecretValue': ({ aws, others }) =>
    [others.secret, 'redeploy/shop/production'].map((SecretId) =>
      aws.secretsManager.send(new secrets.GetSecretValueCommand({ SecretId })),
    ),
  'secretsmanager:PutSecretValue': ({ aws, others }) => [
    aws.secretsManager.send(new secrets.PutSecretValueCommand({ SecretId: others.secret, SecretString: '{}' })),
  ],
  'secretsmanager:TagResource': ({ aws, others }) => [
    aws.secretsManager.send(new secrets.TagResourceCommand({ SecretId: others.secret, Tags: mine })),
  ],
  'secretsmanager:UpdateSecretVersionStage': ({ aws, others }) => [
    aws.secretsManager.send(
      new secrets.UpdateSecretVersionStageCommand({ SecretId: others.secret, VersionStage: 'AWSCURRENT' }),
    ),
  ],
  'ssm:GetParameter': ({ aws }) => [aws.ssm.send(new ssm.GetParameterCommand({ Name: '/bank/key' }))],
};

/** A record of theirs, the proof of one, and one beside their name in the same zone. */
const names = ['bank.example.com', `_${'0'.repeat(32)}.bank.example.com`, 'pay.example.com'];

const nameAttempts: Record<string, Attempts> = {
  'acm:AddTagsToCertificate': ({ aws, others }) => [
    aws.acm.send(new acm.AddTagsToCertificateCommand({ CertificateArn: others.certificate, Tags: mine })),
  ],
  // With a name that the account has proved once, ACM asks for no other proof.
  'acm:RequestCertificate': ({ aws }) =>
    [
      { DomainName: 'bank.example.com', Tags: theirs },
      { DomainName: 'bank.example.com', Tags: mine },
      { DomainName: 'shop.example.com', SubjectAlternativeNames: ['bank.example.com'], Tags: mine },
    ].map((one) => aws.acm.send(new acm.RequestCertificateCommand(one))),
  // Of one's own name, who gets its mail.
  'route53:ChangeResourceRecordSets': ({ aws, others }) =>
    [...names.map((Name) => ({ Name, Type: 'CNAME' as const })), { Name: 'shop.example.com', Type: 'MX' as const }].map(
      (one) => {
        const ResourceRecordSet = { ...one, TTL: 60, ResourceRecords: [{ Value: 'evil.example' }] };
        const ChangeBatch = { Changes: [{ Action: 'UPSERT' as const, ResourceRecordSet }] };
        const change = { HostedZoneId: others.zone, ChangeBatch };
        return aws.route53.send(new route53.ChangeResourceRecordSetsCommand(change));
      },
    ),
};

const ownRole = 'redeploy-shop-production-us-east-1-app';

const roleAttempts: Record<string, Attempts> = {
  'iam:AddRoleToInstanceProfile': ({ aws, others }) => [
    aws.iam.send(new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName: others.profile, RoleName: ownRole })),
  ],
  // Into one's own profile, which one's own machines are launched with.
  'iam:PassRole': ({ aws, others }) => [
    aws.iam.send(new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName: ownRole, RoleName: others.role })),
  ],
  'iam:CreateInstanceProfile': ({ aws, others }) => [
    aws.iam.send(new iam.CreateInstanceProfileCommand({ InstanceProfileName: `${others.profile}-2`, Tags: mine })),
  ],
  // One of theirs; one's own without a boundary, and within theirs.
  'iam:CreateRole': ({ aws, others }) =>
    [
      { RoleName: `${others.role}-2`, PermissionsBoundary: boundary('shop') },
      { RoleName: ownRole },
      { RoleName: ownRole, PermissionsBoundary: boundary('bank') },
    ].map((one) => aws.iam.send(new iam.CreateRoleCommand({ ...one, AssumeRolePolicyDocument: json }))),
  'iam:GetInstanceProfile': ({ aws, others }) => [
    aws.iam.send(new iam.GetInstanceProfileCommand({ InstanceProfileName: others.profile })),
  ],
  'iam:GetPolicy': ({ aws }) => [aws.iam.send(new iam.GetPolicyCommand({ PolicyArn: boundary('bank') }))],
  'iam:GetRole': ({ aws, others }) => [aws.iam.send(new iam.GetRoleCommand({ RoleName: others.role }))],
  'iam:GetRolePolicy': ({ aws, others }) => [
    aws.iam.send(new iam.GetRolePolicyCommand({ RoleName: others.role, PolicyName: 'redeploy' })),
  ],
  'iam:PutRolePolicy': ({ aws, others }) => [
    aws.iam.send(new iam.PutRolePolicyCommand({ RoleName: others.role, PolicyName: 'redeploy', PolicyDocument: json })),
  ],
  'iam:TagInstanceProfile': ({ aws, others }) => [
    aws.iam.send(new iam.TagInstanceProfileCommand({ InstanceProfileName: others.profile, Tags: mine })),
  ],
  'iam:TagRole': ({ aws, others }) => [aws.iam.send(new iam.TagRoleCommand({ RoleName: others.role, Tags: mine }))],
};

/** Images, logs, settings, names, roles. */
export const contentAttempts: Record<string, Attempts> = { ...ownContentAttempts, ...nameAttempts, ...roleAttempts };
