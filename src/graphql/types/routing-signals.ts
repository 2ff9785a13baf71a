import type { Signals } from '../../domain/routing-types.ts';
import { builder } from '../builder.ts';
import { RoutingDomain } from './enum.ts';

export const RoutingSignals = builder.objectRef<Signals>('RoutingSignals').implement({
  description: 'What is measured about a request.',
  fields: (t) => ({
    tokens: t.exposeInt('tokens', {
      description: 'Estimated tokens of the prompt, tools and images included.',
    }),
    images: t.exposeInt('images', { description: 'Images in it.' }),
    audio: t.exposeInt('audio', { description: 'Clips of sound in it.' }),
    tools: t.exposeInt('tools', { description: 'Tools that it offers.' }),
    structuredOutput: t.exposeBoolean('structuredOutput', {
      description: 'The answer must be JSON, or a call of a tool.',
    }),
    turns: t.exposeInt('turns', { description: 'Messages of a person.' }),
    toolResults: t.exposeInt('toolResults', { description: 'Results of tools.' }),
    continuation: t.exposeBoolean('continuation', {
      description: 'Its last message is a tool’s result: an agent’s loop goes on.',
    }),
    agent: t.exposeString('agent', {
      nullable: true,
      description: 'The client that gives itself away; null = none does.',
    }),
    fillInMiddle: t.exposeBoolean('fillInMiddle', {
      description: 'It asks to fill in the middle, by real markers.',
    }),
    codeLanguages: t.stringList({
      description: 'Programming languages of the code in it.',
      resolve: ({ codeLanguages }) => [...codeLanguages],
    }),
    language: t.exposeString('language', { description: 'ISO 639-1; "und" = cannot be told.' }),
    domain: t.expose('domain', { type: RoutingDomain, description: 'Its subject, by its words.' }),
    frustration: t.exposeFloat('frustration', {
      description: '0 to 1: how much its last message complains about answers.',
    }),
    outputLength: t.exposeString('outputLength', {
      description: 'short, medium or long: the answer that it asks for.',
    }),
    maxOutputTokens: t.exposeInt('maxOutputTokens', {
      nullable: true,
      description: 'What it allows for the answer; null = it does not say.',
    }),
  }),
});
