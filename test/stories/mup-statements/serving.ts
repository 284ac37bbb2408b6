import type { Story } from '../../support/story.ts';

/** Machines of the fleet that run, with their release: `i-… v1`. */
export const serving = ({ sandbox }: Story): string[] =>
  Object.values(sandbox.engine.state.ec2.instances)
    .filter((one) => one.tags['redeploy:role'] === 'app' && one.state === 'running')
    .map((one) => `${one.id} ${one.tags['redeploy:release']}`);
