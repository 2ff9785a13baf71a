import { found } from '../found.ts';
import {
  DeleteRuleSetDocument,
  PostRuleSetDocument,
  RuleSetDocument,
  RuleSetsDocument,
  TestRouteDocument,
  UpdateRuleSetDocument,
} from '../generated/documents.ts';
import { route, type AnyRoute } from '../route.ts';
import { presentRouteTest } from './routing-decision.ts';

const heading = 'Routing Rule Sets';
const base = '/api/prism/admin/routing/rule-sets';
const params = { id: 'Id of the rule set' } as const;

/** In answers only; a client that sends a rule set back as it got it is not refused for them. */
const readOnly = ['id', 'version', 'versions', 'rolloutShare', 'createdAt', 'updatedAt'];

export const ROUTING_ROUTES: readonly AnyRoute[] = [
  route({
    method: 'GET',
    path: base,
    heading,
    summary: 'List routing rule sets, those for all tenants first',
    params: {},
    query: { tenantId: 'Only those of this tenant' },
    document: RuleSetsDocument,
    variables: ({ query: { tenantId } }) => ({ tenantId }),
    respond: ({ ruleSets }) => ruleSets,
  }),
  route({
    method: 'POST',
    path: base,
    heading,
    summary: 'Create, update (with its "id") or delete ({ "id", "delete": true }) a routing rule set',
    params: {},
    document: PostRuleSetDocument,
    variables: ({ body }) => {
      const { id, delete: remove = false } = body;
      return {
        create: id === undefined && remove !== true,
        update: id !== undefined && remove !== true,
        delete: remove,
        id: id ?? (remove === true ? undefined : ''),
        input: body,
      };
    },
    readOnly: [...readOnly, 'delete'],
    respond: ({ createRuleSet, updateRuleSet }) => createRuleSet ?? updateRuleSet ?? { success: true },
  }),
  route({
    method: 'GET',
    path: `${base}/:id`,
    heading,
    summary: 'Get routing rule set, with who made its latest versions and when',
    params,
    document: RuleSetDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: ({ ruleSet }) => found(ruleSet, 'rule set'),
  }),
  route({
    method: 'PUT',
    path: `${base}/:id`,
    heading,
    summary: 'Update routing rule set; what is missing stays as it is, the definition is replaced as a whole',
    params,
    document: UpdateRuleSetDocument,
    variables: ({ params: { id }, body }) => ({ id, input: body }),
    readOnly,
    respond: ({ updateRuleSet }) => updateRuleSet,
  }),
  route({
    method: 'DELETE',
    path: `${base}/:id`,
    heading,
    summary: 'Delete routing rule set; not one that is the default',
    params,
    document: DeleteRuleSetDocument,
    variables: ({ params: { id } }) => ({ id }),
    respond: () => ({ success: true }),
  }),
  route({
    method: 'POST',
    path: '/api/prism/admin/routing/test-route',
    heading,
    summary: 'Decide a prompt or a stored request as the gateway would; nobody is called, nothing is logged',
    params: {},
    document: TestRouteDocument,
    variables: ({ body }) => ({ input: body }),
    respond: ({ testRoute }) => presentRouteTest(testRoute),
  }),
];
