/** What costs are added up by. */
export const groupNames = ['key', 'model', 'provider', 'project', 'member', 'tag', 'end-user', 'organization'] as const;
export type GroupName = (typeof groupNames)[number];

export const groupLabels: Readonly<Record<GroupName, string>> = {
  key: 'Key',
  model: 'Model',
  provider: 'Provider',
  project: 'Project',
  member: 'Member',
  tag: 'Tag',
  'end-user': 'End user',
  organization: 'Customer',
};
