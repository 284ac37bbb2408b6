/** What the sandbox remembers of Auto Scaling. Plain JSON. */
export interface AutoScalingState {
  groups: Record<string, never>;
}

export const emptyAutoScaling = (): AutoScalingState => ({ groups: {} });
