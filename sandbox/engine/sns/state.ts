export interface Topic {
  arn: string;
  name: string;
  /** As CreateTopic was given them. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

/** Topics of SNS, by ARN. Nobody is subscribed to them. */
export interface SnsState {
  topics: Record<string, Topic>;
}

export const emptySns = (): SnsState => ({ topics: {} });
