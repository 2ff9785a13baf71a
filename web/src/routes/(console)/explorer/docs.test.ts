import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { describeType, kindOfRoot, searchDocs } from './docs.ts';

const schema = buildSchema(`
  type Query {
    "One tenant."
    tenant("Its id." id: ID!): Tenant
    all: [Tenant!]!
  }
  "Who uses the gateway."
  type Tenant implements Named { name: String! tier: Tier old: Int @deprecated(reason: "gone") }
  interface Named { name: String! }
  enum Tier { "The cheapest." LOW HIGH }
  union Either = Tenant
  input TenantInput { name: String! }
`);

describe('the documentation', () => {
  it('tells of every kind of type what it has', () => {
    expect(describeType(schema, 'Query')?.fields[0]).toEqual({
      name: 'tenant',
      type: 'Tenant',
      typeName: 'Tenant',
      description: 'One tenant.',
      args: [{ name: 'id', type: 'ID!', typeName: 'ID', description: 'Its id.' }],
      deprecated: null,
    });
    expect(describeType(schema, 'Tenant')?.fields.at(-1)?.deprecated).toBe('gone');
    expect(describeType(schema, 'Tier')?.values).toEqual([
      { name: 'LOW', description: 'The cheapest.' },
      { name: 'HIGH', description: '' },
    ]);
    expect(describeType(schema, 'Either')).toMatchObject({ kind: 'union', members: ['Tenant'] });
    expect(describeType(schema, 'Named')).toMatchObject({ kind: 'interface', members: ['Tenant'] });
    expect(describeType(schema, 'TenantInput')).toMatchObject({ kind: 'input' });
    expect(describeType(schema, 'ID')?.kind).toBe('scalar');
    expect(describeType(schema, 'Nothing')).toBeNull();
  });

  it('knows where operations begin', () => {
    expect(kindOfRoot(schema, 'Query')).toBe('query');
    expect(kindOfRoot(schema, 'Tenant')).toBeNull();
  });

  it('is searched by name first, then by what is said', () => {
    const found = searchDocs(schema, ' TENANT ').map(({ type, field }) =>
      field === null ? type : `${type}.${field}`,
    );
    expect(found.slice(0, 3)).toEqual(['Query.tenant', 'Tenant', 'TenantInput']);
    expect(searchDocs(schema, 'gateway')[0]).toMatchObject({ type: 'Tenant', field: null });
    expect(searchDocs(schema, '')).toEqual([]);
  });
});
