/** Which filter of the list of requests shows what a group was added up from. */
const filters: Readonly<Record<string, string>> = {
  model: 'model',
  'model-asked': 'modelAsked',
  key: 'key',
  provider: 'provider',
  project: 'projectId',
  member: 'memberId',
  tag: 'tag',
  'end-user': 'endUser',
};

export function rowsBehind(by: string, group: string): Record<string, string> {
  const name = filters[by];
  return name === undefined || group === '' ? {} : { [name]: group };
}
