import { contentAttempts } from './trespasses/content.ts';
import { fleetAttempts } from './trespasses/fleet.ts';
import { retirementAttempts } from './trespasses/retirement.ts';
import type { Attempts } from './trespasses/trespasser.ts';

/** By the action that it takes: what who deploys `shop`, and retires its old balancer, may try on things of `bank`. */
export const trespasses: Record<string, Attempts> = { ...fleetAttempts, ...contentAttempts, ...retirementAttempts };
