/** What the sandbox remembers of Elastic Load Balancing. Plain JSON. */
export interface ElbState {
  loadBalancers: Record<string, never>;
}

export const emptyElb = (): ElbState => ({ loadBalancers: {} });
