import type { SimulatedMove, Simulation } from '../../domain/rule-set-simulation.ts';
import { builder } from '../builder.ts';
import { signedIn } from '../context.ts';
import { RuleKind } from './enum.ts';
import { ruleChoice } from './rule-choice.ts';

const MoveType = builder.objectRef<SimulatedMove>('RuleSetSimulationMove').implement({
  description: 'Requests that the rules would give to another model.',
  fields: (t) => ({
    from: t.exposeString('from', {
      nullable: true,
      description:
        'Whom the rules in force choose: "<provider slug>/<model id>"; null = nobody could serve them.',
    }),
    to: t.exposeString('to', { nullable: true, description: 'Whom the simulated rules choose.' }),
    category: t.exposeString('category', { description: 'What the simulated rules take them for.' }),
    rows: t.exposeInt('rows', { description: 'How many.' }),
    costBefore: t.expose('costBefore', { type: 'USD', description: 'What they cost.' }),
    costAfter: t.expose('costAfter', { type: 'USD', description: 'An estimate of what they would cost.' }),
  }),
});

const NotEvaluated = builder
  .objectRef<Simulation['notEvaluated'][number]>('RuleSetSimulationNotEvaluated')
  .implement({
    description:
      'A rule whose words were not looked for when requests came: for these it is taken to match where a rule of its kind and name did.',
    fields: (t) => ({
      kind: t.expose('kind', { type: RuleKind, description: 'What it looks for.' }),
      name: t.exposeString('name', { description: 'Its name.' }),
      ruleSet: t.exposeString('ruleSet', { description: 'Name of its rule set.' }),
      rows: t.exposeInt('rows', { description: 'For how many requests.' }),
    }),
  });

const SimulationType = builder.objectRef<Simulation>('RuleSetSimulation').implement({
  description:
    'What other rules would have done with recent requests, from what the log knows of them: their prompts are not needed. Every provider is taken to be up.',
  fields: (t) => ({
    rows: t.exposeInt('rows', { description: 'Requests that were decided again: the newest 5,000 at most.' }),
    moved: t.exposeInt('moved', { description: 'Those that would go to another model.' }),
    costBefore: t.expose('costBefore', {
      type: 'USD',
      description:
        'What they cost; where the rules in force would choose another model by now, their usage at its prices.',
    }),
    costAfter: t.expose('costAfter', {
      type: 'USD',
      description: 'An estimate: their own usage at the prices of the models that would be chosen.',
    }),
    unpriced: t.exposeInt('unpriced', {
      description: 'Moved requests of which a price is not known: they are in neither cost.',
    }),
    undecided: t.exposeInt('undecided', {
      description:
        'Requests that cannot be decided again: a rule named their category and would not any more, or their tenant is gone.',
    }),
    moves: t.field({
      type: [MoveType],
      description: 'Who would go where, most requests first.',
      resolve: ({ moves }) => [...moves],
    }),
    notEvaluated: t.field({
      type: [NotEvaluated],
      description: 'Rules that could not be judged, and for how many requests.',
      resolve: ({ notEvaluated }) => [...notEvaluated],
    }),
  }),
});

const SimulationInput = builder.inputType('SimulateRuleSetInput', {
  description: 'Which rules to try on which requests. There must be a rule set or a definition.',
  fields: (t) => ({
    tenantId: t.id({ description: 'Whose requests; everybody’s when missing.' }),
    ...ruleChoice(t),
    days: t.int({ description: 'So far back; 7 when missing, at most 30.' }),
  }),
});

builder.queryField('simulateRuleSet', (t) =>
  t.field({
    type: SimulationType,
    description:
      'Decides recent requests again by other rules: what would move, and what it would cost. Nobody is called.',
    authScopes: { can: 'ruleSet.read' },
    complexity: 500,
    args: { input: t.arg({ type: SimulationInput, required: true, description: 'What to try.' }) },
    resolve: (_root, { input }, context) => context.domain.ruleSetSimulations.run(signedIn(context), input),
  }),
);
