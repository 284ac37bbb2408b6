import { randomBytes } from 'node:crypto';

/** Session tokens of IMDSv2: good for one machine and a time that the caller chose. */
export interface Tokens {
  issue(instanceId: string, seconds: number, nowMs: number): string;
  isValid(token: string, instanceId: string, nowMs: number): boolean;
}

/** Six hours (docs: configuring-instance-metadata-service.html). */
export const maxTokenSeconds = 21_600;

export function makeTokens(): Tokens {
  const issued = new Map<string, { instanceId: string; endsAt: number }>();
  return {
    issue: (instanceId, seconds, nowMs) => {
      for (const [token, { endsAt }] of issued) if (endsAt <= nowMs) issued.delete(token);
      const token = `${randomBytes(40).toString('base64url')}==`;
      issued.set(token, { instanceId, endsAt: nowMs + seconds * 1000 });
      return token;
    },
    isValid: (token, instanceId, nowMs) => {
      const found = issued.get(token);
      return found !== undefined && found.instanceId === instanceId && found.endsAt > nowMs;
    },
  };
}
