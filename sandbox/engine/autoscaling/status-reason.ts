import { isWarming, whyNotServing } from './members.ts';
import { warmupSeconds } from './refresh-sets.ts';
import type { RefreshView, Sets } from './refresh-sets.ts';

const remaining = (why: string) => `Waiting for remaining instances to be available. For example: ${why}.`;

/** What a refresh waits for, in AWS's words. */
export function statusReason(view: RefreshView, sets: Sets): string {
  const { refresh, now } = view;
  if ((refresh.waitUntil ?? 0) > now) {
    const seconds = refresh.preferences.CheckpointDelay ?? 3600;
    return `Waiting for the checkpoint delay of ${seconds} seconds before continuing.`;
  }
  return newInstances(view, sets) ?? oldInstances(sets) ?? 'Replacing instances.';
}

function newInstances(view: RefreshView, { fresh }: Sets): string | undefined {
  for (const member of fresh) {
    const why = whyNotServing(view, member);
    if (why) return remaining(why);
  }
  const warming = fresh.find((member) => isWarming(view, member, warmupSeconds(view.group, view.refresh)));
  return warming && warmUp(warming.instanceId);
}

const warmUp = (id: string) => `Waiting for instances to warm up before continuing. For example: ${id} is warming up.`;

function oldInstances({ old, movable, leaving, standby }: Sets): string | undefined {
  const [leaver] = leaving;
  if (leaver) return `Waiting for instances to terminate. For example: ${leaver.instanceId} is terminating.`;
  const [resting] = standby;
  if (resting) return remaining(`${resting.instanceId} is in Standby. Return it to service to continue`);
  const held = old.find((member) => !movable.includes(member));
  if (!held || movable.length > 0) return undefined;
  return remaining(`${held.instanceId} is protected. Remove instance scale-in protection to continue`);
}
