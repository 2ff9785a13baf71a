import { KEY_PLACEHOLDER, type ClientSnippet } from '../../domain/snippets.ts';
import { builder } from '../builder.ts';

export const ClientSnippetType = builder.objectRef<ClientSnippet>('ClientSnippet').implement({
  description: `How one client is set up to speak to the gateway. "${KEY_PLACEHOLDER}" stands where the key belongs.`,
  fields: (t) => ({
    client: t.exposeID('client', {
      description:
        'curl, openai-python, openai-node, continue, opencode, cursor, open-webui, langchain-python or langchain-js.',
    }),
    title: t.exposeString('title', { description: 'The client’s name, for people.' }),
    language: t.exposeString('language', {
      description: 'What the text is: shell, python, javascript, yaml, json, dotenv or text.',
    }),
    fileName: t.exposeString('fileName', {
      nullable: true,
      description: 'Where it goes; null = nowhere in particular.',
    }),
    text: t.exposeString('text', { description: 'To be copied.' }),
  }),
});
