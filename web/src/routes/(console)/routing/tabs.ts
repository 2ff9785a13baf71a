export const ROUTING_TABS = [
  { href: '/routing', label: 'Rule sets' },
  { href: '/routing/bench', label: 'Test bench' },
  { href: '/routing/traffic', label: 'Recent traffic' },
] as const;
