import type * as client from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../error.ts';

export const invalidValue = (message: string): AwsError => new AwsError('InvalidParameterValue', message);
export const invalidCombination = (message: string): AwsError => new AwsError('InvalidParameterCombination', message);

export const validation = (message: string): AwsError => new AwsError('ValidationError', message);

/** Operations differ in what they call a wrong value. */
type Complain = (message: string) => AwsError;

/** At most 30 dimensions, each name once. */
export function readDimensions(
  dimensions: client.Dimension[] = [],
  complain: Complain = invalidValue,
): Record<string, string> {
  if (dimensions.length > 30) throw complain('The parameter Dimensions can have at most 30 members.');
  const names = dimensions.map(({ Name = '' }) => Name);
  if (new Set(names).size < names.length) throw complain('No Metric may specify the same dimension name twice.');
  return Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
}

export const dimensionList = (dimensions: Record<string, string>): client.Dimension[] =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

/** 10, 20, 30 or any multiple of 60 seconds. */
export function checkPeriod(period: number, complain: Complain = invalidValue): void {
  if ([10, 20, 30].includes(period) || (period >= 60 && period % 60 === 0)) return;
  throw complain(`The value ${period} for parameter Period is invalid. It must be 10, 20, 30 or a multiple of 60.`);
}

export const statisticForm = /^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d{1,10})?|p100)$/;
