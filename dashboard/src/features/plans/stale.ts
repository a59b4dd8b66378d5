/** What is not true any more when a plan has begun, changed or ended. */
export const staleByPlan = [
  'GET /organizations/{organizationId}/wallet',
  'GET /subscriptions',
  'GET /transfers',
  'GET /credits',
] as const;
