import { hash } from 'node:crypto';
import type { Classifier } from '../../routing/classifier/classifier.ts';
import { signalsSeen } from '../../routing/classifier/structure.ts';
import type { Classification, RequestTexts, Signals } from '../../routing/types.ts';

/** What was said before of the same question of the same conversation. */
export interface KnownClassifications {
  /**
   * As the classifier says; without asking it where nothing that it sees has changed since the conversation's last
   * turn. An agent sends one question many times over, with more results of its tools behind it each time.
   */
  classify(session: string, texts: RequestTexts, signals: Signals): Classification;
}

interface Known {
  readonly seen: string;
  readonly classification: Classification;
}

/**
 * Remembers by conversation, so that nobody can tell by the time it takes what others have asked, and by hash, so that
 * no prompt is kept. `limit`: of conversations; the oldest go first.
 */
export function createKnownClassifications(
  classifier: Pick<Classifier, 'classify'>,
  limit = 5_000,
): KnownClassifications {
  const known = new Map<string, Known>();
  return {
    classify(session, texts, signals) {
      const seen = seenOf(texts, signals);
      const last = known.get(session);
      if (last?.seen === seen) return last.classification;
      const classification = classifier.classify(texts, signals);
      known.delete(session);
      known.set(session, { seen, classification });
      if (known.size > limit) {
        const [oldest] = known.keys();
        if (oldest !== undefined) known.delete(oldest);
      }
      return classification;
    },
  };
}

/** All that the classifier looks at. */
function seenOf({ lastUser, firstUser, system, tools = '' }: RequestTexts, signals: Signals): string {
  const ends = `${lastUser.length} ${firstUser.length} ${system.length} ${tools.length}`;
  const all = `${ends} ${signalsSeen(signals)}\n${lastUser}${firstUser}${system}${tools}`;
  return hash('sha1', all, 'base64');
}
