import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import type { ShellOutcome, ShellRequest } from '../../machines.ts';

/** What timeout(1) says when it had to end the command. */
const timedOutCode = 124;

/** Runs a script in a machine's container as root. */
export async function runInContainer(container: Dockerode.Container, request: ShellRequest): Promise<ShellOutcome> {
  const { script, timeoutSeconds, workingDirectory } = request;
  const exec = await container.exec({
    Cmd: ['timeout', '--kill-after=5', String(timeoutSeconds), 'sh', '-c', script],
    ...(workingDirectory !== undefined && { WorkingDir: workingDirectory }),
    User: 'root',
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({});
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  container.modem.demuxStream(stream, stdout, stderr);
  stream.on('end', () => {
    stdout.end();
    stderr.end();
  });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, stdout: out, stderr: err, timedOut: ExitCode === timedOutCode };
}
