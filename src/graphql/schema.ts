import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './types/enum.ts';
import './types/error.ts';
import './types/setup.ts';
import './types/viewer.ts';
import './types/policy.ts';
import './types/user.ts';
import './types/session.ts';
import './types/access-token.ts';
import './types/audit.ts';
import './types/provider.ts';
import './types/provider-type.ts';
import './types/provider-check.ts';
import './types/provider-check-progress.ts';
import './types/provider-discovery.ts';
import './types/provider-model.ts';
import './types/model-suggestion.ts';
import './types/tier-order.ts';
import './types/tenant.ts';
import './types/tenant-key.ts';
import './types/request-log.ts';
import './types/usage.ts';
import './types/dashboard.ts';
import './types/category.ts';
import './types/preset.ts';
import './types/rule-set.ts';
import './types/rule-set-rollout.ts';
import './types/rule-set-simulation.ts';
import './types/route-test.ts';
import './types/token-estimate.ts';
import './types/settings.ts';
import './types/system.ts';
import './types/ldap.ts';
import './types/subscription.ts';
import './types/playground.ts';

// Nobody may use a field of these without signing in, but for those that say `skipTypeScopes` (OPEN_OPERATIONS).
builder.queryType({ description: 'What can be read.', authScopes: { signedIn: true } });
builder.mutationType({ description: 'What can be changed.', authScopes: { signedIn: true } });
builder.subscriptionType({ description: 'What can be followed.', authScopes: { signedIn: true } });

/** All that is open to whoever can reach us; everything else asks for a token. */
export const OPEN_OPERATIONS: readonly string[] = ['setupStatus', 'createAdmin', 'login'];

// In the order of the code: tiers ascend, and what is required comes first.
export const schema: GraphQLSchema = builder.toSchema({ sortSchema: false });
