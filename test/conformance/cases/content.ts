import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Bench } from '../bench.ts';

const version = (digit: number): string => String(digit).repeat(64);

/** Secrets and their versions. */
export async function secrets({ aws: { secretsManager }, call, malformed }: Bench): Promise<void> {
  const SecretId = 'redeploy/shop/production';
  await call('none yet', () => secretsManager.send(new DescribeSecretCommand({ SecretId })));
  const wanted = { Name: SecretId, Description: 'settings', Tags: [{ Key: 'role', Value: 'settings' }] };
  await call('new, empty', () => secretsManager.send(new CreateSecretCommand(wanted)));
  await call('duplicate', () => secretsManager.send(new CreateSecretCommand(wanted)));
  await call('bad name', () => secretsManager.send(new CreateSecretCommand({ ...wanted, Name: 'a b' })));
  await call('empty', () => secretsManager.send(new DescribeSecretCommand({ SecretId })));
  const put = (digit: number, labels: string[]) => ({
    SecretId,
    ClientRequestToken: version(digit),
    SecretString: `{"n":${digit}}`,
    VersionStages: labels,
  });
  await call('first', () => secretsManager.send(new PutSecretValueCommand(put(1, ['AWSCURRENT', 'settings-1']))));
  await call('second', () => secretsManager.send(new PutSecretValueCommand(put(2, ['AWSCURRENT', 'settings-2']))));
  await call('same again', () => secretsManager.send(new PutSecretValueCommand(put(2, ['AWSCURRENT', 'settings-2']))));
  await call('same version, other value', () =>
    secretsManager.send(new PutSecretValueCommand({ ...put(2, ['AWSCURRENT']), SecretString: 'other' })),
  );
  await call('unknown secret', () =>
    secretsManager.send(new PutSecretValueCommand({ ...put(3, ['AWSCURRENT']), SecretId: 'nobody' })),
  );
  await call('two versions', () => secretsManager.send(new DescribeSecretCommand({ SecretId })));
  const current = await secretsManager.send(new GetSecretValueCommand({ SecretId })).catch(() => undefined);
  await call('after two versions', async () => ({ current: current?.SecretString, id: current?.VersionId }));
  const read = (ask: object) => () => secretsManager.send(new GetSecretValueCommand({ SecretId, ...ask }));
  await call('the first version', read({ VersionId: version(1) }));
  await call('an unknown version', read({ VersionId: version(9) }));
  await call('an unknown label', read({ VersionStage: 'nobody' }));
  await call('of an unknown secret', read({ SecretId: 'nobody' }));
  const label = { SecretId, VersionStage: 'settings-1' };
  await call('away', () =>
    secretsManager.send(new UpdateSecretVersionStageCommand({ ...label, RemoveFromVersionId: version(1) })),
  );
  await call('from the wrong version', () =>
    secretsManager.send(new UpdateSecretVersionStageCommand({ ...label, RemoveFromVersionId: version(1) })),
  );
  await call('to a version', () =>
    secretsManager.send(new UpdateSecretVersionStageCommand({ ...label, MoveToVersionId: version(1) })),
  );
  await call('without saying from where', () =>
    secretsManager.send(new UpdateSecretVersionStageCommand({ ...label, MoveToVersionId: version(2) })),
  );
  await call('unknown version', () =>
    secretsManager.send(new UpdateSecretVersionStageCommand({ ...label, MoveToVersionId: version(9) })),
  );
  await call('unknown secret', () =>
    secretsManager.send(
      new UpdateSecretVersionStageCommand({ ...label, SecretId: 'nobody', MoveToVersionId: version(1) }),
    ),
  );
  await call('after moves', () => secretsManager.send(new DescribeSecretCommand({ SecretId })));
  const labels = Array.from({ length: 21 }, (_, index) => `l${index}`);
  await malformed('21 labels', () => secretsManager.send(new PutSecretValueCommand(put(4, labels))));
  await secretsManager.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  await call('scheduled for deletion', () => secretsManager.send(new DescribeSecretCommand({ SecretId })));
  await call('scheduled for deletion', () => secretsManager.send(new PutSecretValueCommand(put(5, ['AWSCURRENT']))));
  await call('scheduled for deletion', read({}));
  await call('of one scheduled for deletion', () => secretsManager.send(new CreateSecretCommand(wanted)));
}

/** Log groups and events; parameters. */
export async function logsAndParameters({ aws: { logs, ssm }, call, malformed, settle }: Bench): Promise<void> {
  const logGroupName = '/redeploy/shop/production';
  await call('no match', () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName })));
  await call('new', () => logs.send(new CreateLogGroupCommand({ logGroupName, tags: { role: 'logs' } })));
  await call('duplicate', () => logs.send(new CreateLogGroupCommand({ logGroupName })));
  await malformed('bad name', () => logs.send(new CreateLogGroupCommand({ logGroupName: 'a b' })));
  await call('a month', () => logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 })));
  await call('unknown group', () =>
    logs.send(new PutRetentionPolicyCommand({ logGroupName: 'nobody', retentionInDays: 30 })),
  );
  await call('31 days', () => logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 31 })));
  await call('by prefix', () => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName })));
  await call('one page', async () => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/other' }));
    const page = await logs.send(new DescribeLogGroupsCommand({ limit: 1 }));
    return { count: page.logGroups?.length, more: page.nextToken !== undefined };
  });
  await malformed('limit over 50', () => logs.send(new DescribeLogGroupsCommand({ limit: 51 })));
  const stream = { logGroupName, logStreamName: 'v1/i-1' };
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = ['one', 'two', 'three'].map((message, index) => ({
    timestamp: Date.now() - 3000 + index,
    message,
  }));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
  await settle(async () => (await logs.send(new FilterLogEventsCommand({ logGroupName }))).events?.length === 3);
  const request = { logGroupName, logStreamNamePrefix: 'v1/' };
  await call('by stream prefix', () => logs.send(new FilterLogEventsCommand(request)));
  await call('no such stream', () =>
    logs.send(new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix: 'v9/' })),
  );
  await call('by pattern', async () => {
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern: 'two' }));
    return { messages: events?.map(({ message }) => message).join(' ') };
  });
  await call('pages of one', async () => {
    const messages: string[] = [];
    for await (const page of paginateFilterLogEvents({ client: logs, pageSize: 1 }, request))
      messages.push(...(page.events ?? []).map(({ message }) => message ?? ''));
    return { messages: messages.join(' ') };
  });
  await call('unknown group', () => logs.send(new FilterLogEventsCommand({ logGroupName: 'nobody' })));
  await malformed('prefix and names', () =>
    logs.send(new FilterLogEventsCommand({ ...request, logStreamNames: ['v1/i-1'] })),
  );

  const Name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  await call('public', () => ssm.send(new GetParameterCommand({ Name })));
  await call('unknown', () => ssm.send(new GetParameterCommand({ Name: '/nobody/nothing' })));
  await call('unknown public', () =>
    ssm.send(new GetParameterCommand({ Name: '/aws/service/ami-amazon-linux-latest/nonsense' })),
  );
}

const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 2, digest: `sha256:${'0'.repeat(64)}` },
  layers: [],
});

/** Repositories and their images. */
export async function repositories({ aws: { ecr }, call, malformed, pushImage }: Bench): Promise<void> {
  const repositoryName = 'redeploy/shop';
  await call('none of that name', () =>
    ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })),
  );
  const wanted = {
    repositoryName,
    imageTagMutability: 'IMMUTABLE' as const,
    imageScanningConfiguration: { scanOnPush: true },
    tags: [{ Key: 'role', Value: 'repository' }],
  };
  await call('new', () => ecr.send(new CreateRepositoryCommand(wanted)));
  await call('duplicate', () => ecr.send(new CreateRepositoryCommand(wanted)));
  await malformed('bad name', () => ecr.send(new CreateRepositoryCommand({ ...wanted, repositoryName: 'Shop App' })));
  await call('defaults', () => ecr.send(new CreateRepositoryCommand({ repositoryName: 'plain' })));
  await call('by name', () => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })));
  await call('first page of one', async () => {
    const page = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
    return { count: page.repositories?.length, more: page.nextToken !== undefined };
  });
  await call('none yet', () => ecr.send(new GetLifecyclePolicyCommand({ repositoryName })));
  const rule = {
    rulePriority: 1,
    selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 30 },
    action: { type: 'expire' },
  };
  const lifecyclePolicyText = JSON.stringify({ rules: [rule] });
  await call('ours', () => ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText })));
  await malformed('not a policy', () =>
    ecr.send(
      new PutLifecyclePolicyCommand({
        repositoryName,
        lifecyclePolicyText: JSON.stringify({ no: 'rules here, but long enough' }),
      }),
    ),
  );
  await call('unknown repository', () =>
    ecr.send(new PutLifecyclePolicyCommand({ repositoryName: 'nobody', lifecyclePolicyText })),
  );
  await call('there', () => ecr.send(new GetLifecyclePolicyCommand({ repositoryName })));
  await call('unknown repository', () => ecr.send(new GetLifecyclePolicyCommand({ repositoryName: 'nobody' })));
  await call('ours', () => ecr.send(new GetAuthorizationTokenCommand({})));
  await call('empty repository', () => ecr.send(new DescribeImagesCommand({ repositoryName })));
  await call('unknown tag', () =>
    ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'i-1' }] })),
  );
  await call('unknown repository', () => ecr.send(new DescribeImagesCommand({ repositoryName: 'nobody' })));
  await pushImage(repositoryName, 'i-1', manifest);
  await call('by tag', () => ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'i-1' }] })));
  await call('all', () => ecr.send(new DescribeImagesCommand({ repositoryName })));
  await malformed('page token with ids', () =>
    ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'i-1' }], maxResults: 1 })),
  );
}
