import type { RouteTestResult } from '../../domain/route-tests.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { RuleKind } from './enum.ts';
import { RoutingDecision } from './routing-decision.ts';
import { ruleChoice } from './rule-choice.ts';

const Unjudged = builder.objectRef<RouteTestResult['unjudged'][number]>('RouteTestNotEvaluated').implement({
  description:
    'A rule whose words were not looked for when the request came: it is taken to match if a rule of its kind and name did.',
  fields: (t) => ({
    kind: t.expose('kind', { type: RuleKind, description: 'What it looks for.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    ruleSet: t.exposeString('ruleSet', { description: 'Name of its rule set.' }),
  }),
});

const RouteTestType = builder.objectRef<RouteTestResult>('RouteTest').implement({
  description: 'What the gateway would do with a request.',
  fields: (t) => ({
    tenantId: t.exposeID('tenantId', { description: 'Whose rules and models.' }),
    decision: t.expose('decision', { type: RoutingDecision, description: 'The decision.' }),
    asksModel: t.exposeBoolean('asksModel', {
      description:
        'The local classifier is not sure enough: the gateway would ask the tenant’s LLM classifier, and decide again with its answer.',
    }),
    notEvaluated: t.field({
      type: [Unjudged],
      description: 'Rules that could not be judged; of a prompt, all can.',
      resolve: ({ unjudged }) => [...unjudged],
    }),
  }),
});

const TestRouteInput = builder.inputType('TestRouteInput', {
  description:
    'A prompt, messages or a stored request; and by which rules to decide, those in force when missing.',
  fields: (t) => ({
    tenantId: t.id({ description: 'Whose rules and models; a stored request’s own when missing.' }),
    prompt: t.string({ description: 'What a person says.' }),
    systemPrompt: t.string({ description: 'The system prompt before it.' }),
    messages: t.field({ type: ['JSONObject'], description: 'As in a chat completion, instead of a prompt.' }),
    tools: t.field({ type: ['JSONObject'], description: 'As in a chat completion.' }),
    responseFormat: t.field({ type: 'JSONObject', description: 'As in a chat completion.' }),
    maxTokens: t.int({ description: 'As in a chat completion.' }),
    requestId: t.id({ description: 'A routed request of the log, by what the log knows of it.' }),
    ...ruleChoice(t),
    costMode: t.string({ description: 'economy, balanced or quality; the tenant’s own when missing.' }),
  }),
});

builder.queryField('testRoute', (t) =>
  t.field({
    type: RouteTestType,
    description: 'Decides a request as the gateway would. Nobody is called, nothing is logged.',
    authScopes: { can: 'ruleSet.read' },
    args: { input: t.arg({ type: TestRouteInput, required: true, description: 'What to decide.' }) },
    resolve: (_root, { input }, context) => context.domain.routeTests.run(signedIn(context), input),
  }),
);
