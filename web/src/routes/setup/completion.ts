/** The text of OpenAI's `chat.completion`; '' = it holds none. */
export function textOf(completion: unknown): string {
  const choice = member(completion, 'choices');
  const content = member(member(Array.isArray(choice) ? choice[0] : null, 'message'), 'content');
  return typeof content === 'string' ? content : '';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What the gateway says went wrong; null = it does not say. */
export function errorOf(answer: unknown): string | null {
  const message = member(member(answer, 'error'), 'message');
  return typeof message === 'string' ? message : null;
}
