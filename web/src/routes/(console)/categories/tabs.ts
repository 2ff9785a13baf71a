export const CATEGORY_TABS = [
  { href: '/categories', label: 'Categories' },
  { href: '/categories/presets', label: 'Presets' },
] as const;
