/** What can go wrong in the world outside the API's handlers, and how often. Rehearsed through POST /_sandbox/weather. */
export interface Weather {
  kind: WeatherKind;
  /** Calls that it hits: `ec2:RunInstances`, `iam:*`; all unless given. Only for kinds that are about calls. */
  calls?: string;
  /** One in so many of these calls is hit; 1 unless given. */
  every?: number;
  /** It is over after so many hits; it stays until it is cleared unless given. */
  times?: number;
  /** `throttling`: the Retry-After header. */
  retryAfterSeconds?: number;
  /** `lag`: how long what was made does not show (5 unless given). `machine-dies`: when, after launch (15 unless given). */
  seconds?: number;
  /** `no-capacity`: only in this zone. */
  zone?: string;
  /** `no-capacity`: only for machines of this type. */
  instanceType?: string;
  /** `machine-dies`: only machines with this tag, `redeploy:role=builder`. */
  tag?: string;
}

export const weatherKinds = [
  // refused with RequestLimitExceeded, Throttling or ThrottlingException
  'throttling',
  // answered with a 503
  'unavailable',
  // the connection is reset, nothing is carried out
  'reset',
  // carried out, and then the connection is reset
  'lost-answer',
  // what was just made in EC2 and IAM, or sent to a machine, is not found yet
  'lag',
  'expired-credentials',
  'no-capacity',
  // new images stay pending until it is cleared
  'stuck-images',
  // pushes to the registry break off
  'registry-breaks',
  'machine-dies',
] as const;
export type WeatherKind = (typeof weatherKinds)[number];

/** The weather over one sandbox. */
export interface Sky {
  readonly rules: readonly Weather[];
  /** Replaces the weather; no rules are fine weather. */
  set(rules: Weather[]): void;
  /** Whether a rule of this kind hits now, and which; a hit counts. */
  hit(kind: WeatherKind, applies?: (rule: Weather) => boolean): Weather | undefined;
  /** Whether there is a rule of this kind, without a hit. */
  has(kind: WeatherKind): boolean;
}

export function openSky(): Sky {
  let rules: Weather[] = [];
  let met = new Map<Weather, number>();

  const isOver = (rule: Weather): boolean => {
    const hits = Math.floor((met.get(rule) ?? 0) / (rule.every ?? 1));
    return rule.times !== undefined && hits >= rule.times;
  };
  return {
    get rules() {
      return rules.filter((rule) => !isOver(rule));
    },
    set: (next) => {
      rules = [...next];
      met = new Map();
    },
    hit: (kind, applies = () => true) => {
      for (const rule of rules.filter((one) => one.kind === kind && !isOver(one) && applies(one))) {
        const count = (met.get(rule) ?? 0) + 1;
        met.set(rule, count);
        if (count % (rule.every ?? 1) === 0) return rule;
      }
      return undefined;
    },
    has: (kind) => rules.some((rule) => rule.kind === kind && !isOver(rule)),
  };
}
