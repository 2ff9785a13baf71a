/** What made a session, in words: "Firefox on Linux". The whole text is one hover away. */
export function agentLabel(userAgent: string): string {
  if (userAgent === '') return 'Not named';
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (browser === undefined) return userAgent.split(/[\s(]/, 1)[0]?.slice(0, 60) ?? userAgent;
  return system === undefined ? browser : `${browser} on ${system}`;
}

/** In this order: the later ones also stand in the texts of the earlier ones. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/HeadlessChrome\//, 'Headless Chrome'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];
