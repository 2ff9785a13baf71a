/** Ready to paste. A key that is not known (keys are shown once) is written as a shell variable. */
export function chatCurl(to: { origin: string; model: string; apiKey?: string }): string {
  const { origin, model, apiKey = '$PRISM_KEY' } = to;
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }, null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/'/g, "'\\''");
  return [
    `curl ${origin}/v1/chat/completions`,
    `  -H "Authorization: Bearer ${apiKey}"`,
    `  -H "Content-Type: application/json"`,
    `  -d '${body}'`,
  ].join(' \\\n');
}
