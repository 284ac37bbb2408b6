import { contentAttempts } from './trespasses/content.ts';
import { fleetAttempts } from './trespasses/fleet.ts';
import type { Attempts } from './trespasses/trespasser.ts';

/** By the action that it takes: what a deployer of `shop` may try on things of `bank`. */
export const trespasses: Record<string, Attempts> = { ...fleetAttempts, ...contentAttempts };
