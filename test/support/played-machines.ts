import { CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { checkRegistryAction } from '../../sandbox/engine/registry/actions.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { machineMay, roleKey, roleOf } from './machine-role.ts';
import { clients } from './sandbox.ts';
import type { Act, Behaviour, Script } from '../../sandbox/engine/machines/simulated.ts';

/** How an app behaves on its machine, chosen by the test per release. */
export interface PlayedApp {
  /** Until it listens. */
  startMs?: number;
  /** Never listens. */
  isMute?: boolean;
  /** What it prints before it exits, again and again: a line, or several. */
  exitsWith?: string;
  /** What the health path answers instead of 200. */
  status?: number;
  /** What every other path answers instead of 200. */
  pageStatus?: number;
  /** The kernel comes up and nothing else does. */
  neverBoots?: boolean;
  /** Why Secrets Manager refuses. */
  settingsError?: string;
  /** The release that it says it is, when that is another one. */
  answersAs?: string;
  /** It serves, ends so long after it began to, and is started again. */
  endsAfterMs?: number;
}

export interface PlayedMachines {
  behaviour: Behaviour;
  /** To be called once the sandbox is open. */
  connect(sandbox: Sandbox): void;
  /** How the app of a release behaves; `undefined` for all others is a good app. */
  apps: Map<string, PlayedApp>;
  /** Makes the next bake fail at this step. */
  failBakeAt: string | undefined;
}

/** Plays what templates/machine does on real machines: the bake on builders, boot and app on the fleet. */
export function playedMachines(): PlayedMachines {
  let sandbox: Sandbox | undefined;
  const playedApps = new Map<string, PlayedApp>();
  const played: PlayedMachines = {
    behaviour: (spec): Script => ({
      run: (act) => play(spec.userData, act),
    }),
    connect: (opened) => {
      sandbox = opened;
    },
    apps: playedApps,
    failBakeAt: undefined,
  };

  /** A machine without user data is not ours: somebody's old one, say. */
  async function play(userData: string, act: Act): Promise<void> {
    if (userData === '') return;
    await (userData.includes('/opt/redeploy/bake.sh') ? bake(act) : app(act));
  }

  async function bake(act: Act): Promise<void> {
    await act.sleep(10_000);
    let image: string | undefined;
    while (!(image = sandbox?.engine.state.ec2.instances[act.spec.instanceId]?.tags['redeploy:pull']))
      await act.sleep(2000);
    act.console(`redeploy bake: pulling ${image}`);
    checkPull(act, image);
    await act.sleep(20_000);
    if (played.failBakeAt !== undefined) {
      act.console(`redeploy bake: failed: could not ${played.failBakeAt} (exit code 1)`);
      tell(act, 'redeploy:bake-error', `could not ${played.failBakeAt}`);
      tell(act, 'redeploy:bake', 'failed');
      return act.powerOff();
    }
    act.disk['image'] = image;
    tell(act, 'redeploy:bake', 'done');
    act.powerOff();
  }

  function checkPull({ spec }: Act, image: string): void {
    if (!sandbox) return;
    const repositoryName = image.replace(/^[^/]+\//, '').replace(/@.*$/, '');
    machineMay(sandbox, spec.instanceId, { service: 'ecr', operation: 'GetAuthorizationToken', input: {} });
    const principal = { kind: 'role', name: roleOf(sandbox, spec.instanceId) } as const;
    for (const what of ['manifests', 'blobs'])
      checkRegistryAction(sandbox.engine, principal, { method: 'GET', what, name: repositoryName });
  }

  /** What bake.sh reports on its own machine, with its role's permissions and in no weather. */
  function tell(act: Act, Key: string, Value: string): void {
    const input = { Resources: [act.spec.instanceId], Tags: [{ Key, Value }] };
    if (sandbox) machineMay(sandbox, act.spec.instanceId, { service: 'ec2', operation: 'CreateTags', input });
    act.setTag(Key, Value);
  }

  async function app(act: Act): Promise<void> {
    const release = releaseOf(act.spec.userData);
    const played = { ...whySettingsRefused(act, release), ...playedApps.get(release.name) };
    if (played.neverBoots) return act.console('Kernel panic - not syncing: VFS: Unable to mount root fs');
    await act.sleep(4000);
    for (let start = 1; ; start += 1) {
      await writeLog(release, act.spec.instanceId, `redeploy: start ${start} of ${release.name}`);
      if (await ends(act, release, played)) await act.sleep(3000);
      else return;
    }
  }

  /** What fetch-settings.py meets. */
  function whySettingsRefused({ spec }: Act, { secretArn, settingsVersion }: PlayedRelease): PlayedApp {
    const input = { SecretId: secretArn, VersionId: settingsVersion };
    try {
      if (sandbox)
        machineMay(sandbox, spec.instanceId, { service: 'secretsmanager', operation: 'GetSecretValue', input });
      return {};
    } catch (error) {
      return { settingsError: (error as Error).message };
    }
  }

  /** One life of the app; false when it goes on for ever. */
  async function ends(act: Act, release: PlayedRelease, played: PlayedApp): Promise<boolean> {
    const { startMs = 2000, isMute, exitsWith, settingsError, endsAfterMs } = played;
    const lastWords = settingsError === undefined ? exitsWith : `redeploy: cannot fetch the settings: ${settingsError}`;
    if (lastWords !== undefined) {
      await writeLog(release, act.spec.instanceId, lastWords);
      return true;
    }
    await act.sleep(startMs);
    if (!isMute) listen(act, release, played);
    if (endsAfterMs === undefined) return false;
    await act.sleep(endsAfterMs);
    act.close(release.port);
    return true;
  }

  function listen(act: Act, release: PlayedRelease, played: PlayedApp): void {
    const { status = 200, pageStatus = 200, answersAs = release.name } = played;
    const health = JSON.stringify({ release: answersAs, status: 'ok', instance: act.spec.instanceId });
    act.listen(release.port, ({ path }) =>
      path === release.healthPath
        ? { status, body: health }
        : { status: pageStatus, body: `${release.name} on ${act.disk['image']}, settings ${release.settingsVersion}` },
    );
  }

  /** What ship-logs.py does. */
  async function writeLog(release: PlayedRelease, machine: string, message: string): Promise<void> {
    if (!sandbox) return;
    const { logs } = clients(sandbox, roleKey(sandbox, machine));
    const stream = { logGroupName: release.logGroup, logStreamName: `${release.name}/${machine}` };
    await logs.send(new CreateLogStreamCommand(stream)).catch(() => undefined);
    const timestamp = sandbox.engine.clock.now();
    const logEvents = message.split('\n').map((line) => ({ timestamp, message: line }));
    // The shipper tries again by itself; whatever the weather, the app goes on.
    await logs.send(new PutLogEventsCommand({ ...stream, logEvents })).catch(() => undefined);
  }
  return played;
}

interface PlayedRelease {
  name: string;
  port: number;
  healthPath: string;
  secretArn: string;
  settingsVersion: string;
  logGroup: string;
}

/** Reads what the launch template wrote into user data, as cloud-init would. */
function releaseOf(userData: string): PlayedRelease {
  const document = JSON.parse(userData.replace(/^#cloud-config\n/, '')) as { write_files: { content: string }[] };
  const values = Object.fromEntries(
    (document.write_files[0]?.content ?? '').split('\n').map((line) => line.split('=')),
  );
  return {
    name: values['RELEASE'],
    port: Number(values['PORT']),
    healthPath: values['HEALTH_PATH'],
    secretArn: values['SECRET_ID'],
    settingsVersion: values['SECRET_VERSION'],
    logGroup: values['LOG_GROUP'],
  };
}
