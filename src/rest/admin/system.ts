import { plainSpelling } from '../../graphql/enums.ts';
import {
  EvictPodDocument,
  LogSettingsDocument,
  SystemDocument,
  UpdateLogSettingsDocument,
  type LogSettingsFieldsFragment,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';

const heading = 'System';
const base = '/api/prism/admin/system';

export const SYSTEM_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: `${base}/overview`,
    heading,
    summary: 'System overview (pods, counters)',
    params: {},
    document: SystemDocument,
    variables: () => ({}),
    respond: ({ system: { providers, ...rest } }) => ({
      ...rest,
      providers: providers.map((one) => ({ ...one, status: plainSpelling('ProviderStatus', one.status) })),
    }),
  }),
  route({
    method: 'GET',
    path: `${base}/log-config`,
    heading,
    summary: 'Get file logging configuration',
    params: {},
    document: LogSettingsDocument,
    variables: () => ({}),
    respond: ({ logSettings }) => presentLogSettings(logSettings),
  }),
  route({
    method: 'PUT',
    path: `${base}/log-config`,
    heading,
    summary: 'Update file logging configuration; what is missing stays as it is',
    params: {},
    document: UpdateLogSettingsDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ updateLogSettings }) => presentLogSettings(updateLogSettings),
  }),
  route({
    method: 'DELETE',
    path: `${base}/pods/:podId`,
    heading,
    summary: 'Evict pod: it finishes what runs, and leaves',
    params: { podId: 'Id of the process' },
    document: EvictPodDocument,
    variables: ({ params: { podId } }) => ({ podId }),
    respond: ({ evictPod: { podId } }) => ({ evicted: true, podId }),
  }),
];

function presentLogSettings(settings: LogSettingsFieldsFragment) {
  return { ...settings, level: plainSpelling('LogLevel', settings.level) };
}
