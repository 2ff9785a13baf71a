import { isObject } from '../../json-object.ts';
import type { RequestTexts, Signals } from '../types.ts';
import { agentOf, toolNamesOf } from './agent.ts';
import { codeLanguagesOf } from './code.ts';
import { domainOf } from './domain.ts';
import { isFillInMiddle } from './fim.ts';
import { languageOf } from './language.ts';
import { frustrationOf, outputLengthOf } from './mood.ts';
import { lengthOf, lookedAt, readConversation, type CharCounts, type ChatBody } from './texts.ts';
import { readWords } from './words.ts';

/** What the router looks at of one request. */
export interface RequestFeatures {
  readonly texts: RequestTexts;
  readonly signals: Signals;
}

const MAX_WORDS = 400;

/** Measures a parsed chat body. Pure; linear in its size, whatever it holds. */
export function readSignals(body: ChatBody): RequestFeatures {
  const { texts: said, images, audio, turns, toolResults, continuation, chars } = readConversation(body);
  const toolNames = toolNamesOf(body['tools']);
  const texts = toolNames.length === 0 ? said : { ...said, tools: toolNames.join('\n') };
  const looked = lookedAt(texts.lastUser);
  const words = readWords(looked, MAX_WORDS);
  const systemWords = readWords(texts.system, MAX_WORDS);
  const codeLanguages = codeLanguagesOf(looked, words);
  const maxOutputTokens = limitOf(body['max_completion_tokens']) ?? limitOf(body['max_tokens']);
  return {
    texts,
    signals: {
      tokens: estimateTokens(chars, images, audio) + Math.ceil(lengthOf(body['tools'] ?? '') / CODE_CHARS),
      images,
      audio,
      tools: toolNames.length,
      structuredOutput: wantsStructure(body),
      turns,
      toolResults,
      continuation,
      agent: agentOf(texts.system, toolNames),
      fillInMiddle: images === 0 && (isFillInMiddle(texts.lastUser) || isFillInMiddle(texts.system)),
      codeLanguages,
      language: languageOf(looked, words),
      domain: domainOf([words, systemWords], codeLanguages.length > 0),
      frustration: frustrationOf(words, looked, turns),
      outputLength: outputLengthOf(words, maxOutputTokens),
      maxOutputTokens,
    },
  };
}

/** Characters a token of the o200k and Claude tokenizers: English prose 4.1 to 5.2, German 3.8 to 4.2, code 3.3 to 4, CJK about 1.2. */
const PROSE_CHARS = 4.2;
const CODE_CHARS = 3.4;
const CJK_CHARS = 1.2;
/** The frame of a message (OpenAI's cookbook: 3 and its role). */
const MESSAGE_TOKENS = 4;
/** OpenAI's high-detail 1024 × 1024 image. */
const IMAGE_TOKENS = 765;
/** A clip of half a minute at OpenAI's 10 tokens a second. */
const AUDIO_TOKENS = 300;

function estimateTokens(chars: CharCounts, images: number, audio: number): number {
  return Math.ceil(
    chars.prose / PROSE_CHARS +
      chars.code / CODE_CHARS +
      chars.cjk / CJK_CHARS +
      chars.messages * MESSAGE_TOKENS +
      images * IMAGE_TOKENS +
      audio * AUDIO_TOKENS,
  );
}

function wantsStructure(body: ChatBody): boolean {
  const format = body['response_format'];
  const type = isObject(format) ? format['type'] : undefined;
  if (type === 'json_object' || type === 'json_schema') return true;
  const choice = body['tool_choice'];
  return choice === 'required' || isObject(choice);
}

function limitOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
}
