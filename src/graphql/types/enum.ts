import { builder } from '../builder.ts';
import { ENUMS, graphqlSpelling, type EnumName } from '../enums.ts';

function enumType<Value extends string>(name: EnumName, values: readonly Value[]) {
  const members: Record<string, { value: Value }> = {};
  for (const value of values) members[graphqlSpelling(value)] = { value };
  const param: string = name;
  const { description }: { description: string } = ENUMS[name];
  return builder.enumType(param, { description, values: members });
}

export const Role = enumType('Role', ENUMS.Role.values);
export const UserSource = enumType('UserSource', ENUMS.UserSource.values);
export const AccessScope = enumType('AccessScope', ENUMS.AccessScope.values);
export const ModelMode = enumType('ModelMode', ENUMS.ModelMode.values);
export const AccessReason = enumType('AccessReason', ENUMS.AccessReason.values);
export const ModelKind = enumType('ModelKind', ENUMS.ModelKind.values);
export const PriceSource = enumType('PriceSource', ENUMS.PriceSource.values);
export const DiscoveryChangeKind = enumType('DiscoveryChangeKind', ENUMS.DiscoveryChangeKind.values);
export const Tier = enumType('Tier', ENUMS.Tier.values);
export const AuthType = enumType('AuthType', ENUMS.AuthType.values);
export const ProviderStatus = enumType('ProviderStatus', ENUMS.ProviderStatus.values);
export const BenchmarkAxis = enumType('BenchmarkAxis', ENUMS.BenchmarkAxis.values);
export const SkipReason = enumType('SkipReason', ENUMS.SkipReason.values);
export const RoutingDomain = enumType('RoutingDomain', ENUMS.RoutingDomain.values);
export const RoutingComplexity = enumType('RoutingComplexity', ENUMS.RoutingComplexity.values);
export const ClassificationSource = enumType('ClassificationSource', ENUMS.ClassificationSource.values);
export const RuleKind = enumType('RuleKind', ENUMS.RuleKind.values);
export const LogLevel = enumType('LogLevel', ENUMS.LogLevel.values);
export const RequestOperation = enumType('RequestOperation', ENUMS.RequestOperation.values);
export const RequestStatus = enumType('RequestStatus', ENUMS.RequestStatus.values);
export const RequestOrder = enumType('RequestOrder', ENUMS.RequestOrder.values);
