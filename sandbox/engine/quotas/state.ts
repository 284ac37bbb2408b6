/** Quotas that are not the default ones, by code. */
export interface QuotasState {
  values: Record<string, number>;
}

export const emptyQuotas = (): QuotasState => ({ values: {} });
