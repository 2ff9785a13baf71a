/** Ready to paste. A key that is not known (keys are shown once) is written as a shell variable. */
export function chatCurl(to: { origin: string; model: string; apiKey?: string }): string {
  const { origin, model, apiKey = '$PRISM_KEY' } = to;
  return curlTo(`${origin}/v1`, model, apiKey);
}

/** A fresh key as it is needed: for an application's environment, and for a first try. */
export function keyLines(to: { baseUrl: string; model: string; apiKey: string }) {
  const { baseUrl, model, apiKey } = to;
  return [
    {
      title: 'For an application',
      label: '.env lines',
      text: `OPENAI_BASE_URL=${baseUrl}\nOPENAI_API_KEY=${apiKey}`,
    },
    { title: 'Try it', label: 'curl command', text: curlTo(baseUrl, model, apiKey) },
  ] as const;
}

function curlTo(baseUrl: string, model: string, apiKey: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }, null, 1)
    .replace(/\n\s*/g, ' ')
    .replace(/'/g, "'\\''");
  return [
    `curl ${baseUrl}/chat/completions`,
    `  -H "Authorization: Bearer ${apiKey}"`,
    `  -H "Content-Type: application/json"`,
    `  -d '${body}'`,
  ].join(' \\\n');
}
