import {
  PlaygroundRequestDocument,
  PlaygroundTenantsDocument,
  RuleSetChoicesDocument,
  TenantChatModelsDocument,
} from '#lib/generated/graphql.ts';
import { askAllowed } from '#lib/graphql/ask-allowed.ts';
import { ask } from '#lib/graphql/client.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async (event) => {
  const { url, depends, parent } = event;
  depends('prism:playground');
  const { may } = await parent();
  const tenantId = url.searchParams.get('tenant');
  const request = url.searchParams.get('request');
  return {
    title: 'Playground',
    tenants: askAllowed(event, 'key.write', PlaygroundTenantsDocument, {}),
    tenantId,
    // Without a tenant there is nothing to ask; the page chooses the first one.
    models:
      tenantId === null ? null : askAllowed(event, 'key.write', TenantChatModelsDocument, { id: tenantId }),
    ruleSets: may.has('ruleSet.read') ? ask(RuleSetChoicesDocument, {}) : null,
    request:
      request === null ? null : askAllowed(event, 'key.write', PlaygroundRequestDocument, { id: request }),
  };
};
