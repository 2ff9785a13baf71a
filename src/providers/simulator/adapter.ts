import type { Family } from '../openai/families.ts';

/** The built-in simulated provider: OpenAI's wire format, no key, at an address known only at run time. */
export function simulatorFamily(origin: () => string): Family {
  return {
    type: 'simulator',
    label: 'Simulator',
    // Reserved by RFC 2606: never looked up, as `origin` takes its place.
    defaultBaseUrl: 'http://simulator.invalid',
    fields: [],
    keyRequired: false,
    headers: {},
    probePath: '/models',
    origin,
  };
}
