import type { Act, Left } from '../../core/act.ts';
import type { Context } from '../../core/context.ts';
import type { Target } from '../../core/target.ts';
import { findPolicies, policyActs, strangePolicies, type Policies } from './policies.ts';
import { findSchedules, scheduleActs, strangeSchedules, type Schedules } from './schedules.ts';
import { findTopics, topicActs, type Topics } from './topics.ts';

/** What changes a group's capacity, and whom it tells of trouble. */
export interface Scaling {
  policies: Policies;
  schedules: Schedules;
  topics: Topics;
}

/** Of a group that was just made. */
export const noScaling: Scaling = { policies: [], schedules: [], topics: {} };

/** All that the group has; nothing when there is no group. */
export async function findScaling(ctx: Context, target: Target): Promise<Scaling> {
  const [policies, schedules, topics] = await Promise.all([
    findPolicies(ctx, target),
    findSchedules(ctx, target),
    findTopics(ctx, target),
  ]);
  return { policies, schedules, topics };
}

/** Makes policies, schedules and notifications as the settings say. `label`: see `requestLabel`. */
export const scalingActs = (target: Target, found: Scaling, label: string): Act[] => [
  ...policyActs(target, found.policies, label),
  ...scheduleActs(target, found.schedules),
  ...topicActs(target, found.topics),
];

/** What somebody added, and a deploy leaves alone. */
export const leftOfScaling = (target: Target, found: Scaling): Left[] => [
  ...strangePolicies(target, found.policies),
  ...strangeSchedules(target, found.schedules),
];
