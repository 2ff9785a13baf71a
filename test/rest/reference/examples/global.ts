import { expect } from 'vitest';
import { PASSWORD } from '../../../graphql/stage.ts';
import type { Example } from '../example.ts';
import { has, text } from '../shapes.ts';

export const GLOBAL: readonly Example[] = [
  { row: 'GET /api/prism/setup/status', as: 'nobody', answer: { setupComplete: expect.any(Boolean) } },
  {
    row: 'POST /api/prism/setup/admin',
    as: 'nobody',
    first: true,
    body: { username: 'first', password: PASSWORD },
    answer: { id: text, username: 'first', role: 'admin' },
  },
  { row: 'POST /api/prism/setup/complete', answer: { setupComplete: true } },
  {
    row: 'POST /api/prism/auth/login',
    as: 'nobody',
    body: { username: 'the-admin', password: PASSWORD },
    answer: has({ token: text, username: 'the-admin', role: 'admin' }),
  },
  { row: 'POST /api/prism/auth/logout', as: 'somebody', answer: { success: true } },
  { row: 'GET /api/prism/auth/me', answer: has({ id: text, username: 'the-admin', role: 'admin' }) },
];
