/** What the sandbox remembers of EC2. Plain JSON. */
export interface Ec2State {
  instances: Record<string, never>;
}

export const emptyEc2 = (_region: string): Ec2State => ({ instances: {} });
