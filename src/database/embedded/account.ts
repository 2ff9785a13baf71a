import { spawnSync } from 'node:child_process';
import { EmbeddedError } from './embedded-error.ts';

/** The system user that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Tried in this order; the last one exists almost everywhere. initdb insists on a user with a name. */
const UNPRIVILEGED = ['postgres', '_postgres', 'nobody'];

/** Null = as ourselves. Root gets an unprivileged user, because PostgreSQL refuses to run as root. */
export function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of UNPRIVILEGED) {
    const uid = lookUp('-u', name);
    const gid = lookUp('-g', name);
    if (uid && gid) return { uid, gid };
  }
  throw new EmbeddedError(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as. Start as an ordinary user, or set DATABASE_URL.',
  );
}

function lookUp(flag: '-u' | '-g', name: string): number | null {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  const id = Number(stdout);
  return status === 0 && Number.isInteger(id) && id > 0 ? id : null;
}
