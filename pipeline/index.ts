export { deploy, type DeployOptions, type DeployResult } from './commands/deploy.ts';
export { plan, type Plan, type PlanStep } from './commands/plan.ts';
export { repair, type RepairResult } from './commands/repair.ts';
export { rollback, type RollbackOptions } from './commands/rollback.ts';
export { status, type Status } from './commands/status.ts';
export type { Context } from './core/context.ts';
export { DeployError, type ErrorCode } from './core/errors.ts';
export type { Event, Report } from './core/event.ts';
export { readTarget, type Target } from './core/target.ts';
