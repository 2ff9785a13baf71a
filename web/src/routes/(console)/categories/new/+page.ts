export const load = () => ({ title: 'Create a category' });
