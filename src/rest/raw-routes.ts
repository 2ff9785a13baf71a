import { REQUEST_EXPORT } from './admin/request-export.ts';
import type { RawRoute } from './raw.ts';

/** Every REST endpoint that is answered without GraphQL; the rest is routes.ts. */
export const RAW_ROUTES: readonly RawRoute[] = [REQUEST_EXPORT];
