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
  if (by === 'organization' && group !== '') return { org: group, only: 'organization' };
  const name = filters[by];
  return name === undefined || group === '' ? {} : { [name]: group };
}

/** The same for a series of a chart; of all others together, and of what has no name, everything is shown. */
export function rowsOfSeries(by: string): (seriesId: string) => Record<string, string> {
  return (seriesId) => (seriesId.startsWith('g:') ? rowsBehind(by, seriesId.slice(2)) : {});
}
