/** The steps of a check in words, in their order. */
const WORDS: Readonly<Record<string, string>> = {
  settings: 'Settings',
  name_resolution: 'Host name',
  tls: 'Certificate',
  connection: 'Connection',
  credentials: 'Credentials',
  path: 'API path',
  models: 'List of models',
  completion: 'One answer',
  stream: 'One streamed answer',
};

export function stepWord(step: string): string {
  return WORDS[step] ?? step.replaceAll('_', ' ');
}
