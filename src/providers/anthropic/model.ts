/**
 * What a model id tells about the requests that the model takes. Anthropic changes the rules by model generation,
 * and answers 400 to what the generation does not know; OpenAI's clients send the same fields to every model.
 * Sources: the API's pages on thinking, effort, structured outputs, mid-conversation system messages and errors.
 */
export interface ModelTraits {
  /** `temperature` and `top_p`: both at once, one of them (4.1 to 4.6), or refused (4.7 and later). */
  readonly sampling: 'both' | 'one' | 'none';
  /** How thinking is asked for: not at all (before 3.7), by a token budget, or adaptive with an effort (4.6 and later). */
  readonly thinking: 'none' | 'budget' | 'adaptive';
  /** What `reasoning_effort: "none"` needs: nothing (off unless asked), an explicit `disabled`, or it cannot be had. */
  readonly withoutThinking: 'default' | 'disabled' | 'impossible';
  /** A forced tool call together with thinking is refused before 5. */
  readonly forcedToolWithThinking: boolean;
  readonly xhighEffort: boolean;
  /** `output_config.format` and strict tools: 4.5 and later. */
  readonly structuredOutputs: boolean;
  /** `role: "system"` inside `messages`: 4.8 and later. */
  readonly midConversationSystem: boolean;
  /** A last assistant turn is gone on with (before 4.6) or refused. */
  readonly prefill: boolean;
  /** `max_tokens` when neither the client nor the catalog knows one: what every model of the generation accepts. */
  readonly defaultMaxTokens: number;
}

/** Other makers' models behind the same wire format keep to its oldest rules. */
const NOT_CLAUDE: ModelTraits = {
  sampling: 'both',
  thinking: 'budget',
  withoutThinking: 'default',
  forcedToolWithThinking: false,
  xhighEffort: false,
  structuredOutputs: true,
  midConversationSystem: false,
  prefill: true,
  defaultMaxTokens: 8192,
};

/** `claude-opus-4-7`, `claude-3-7-sonnet-20250219`, `anthropic/claude-opus-4.6`; an eight-digit date is no version. */
const VERSION = /claude(?:-[a-z]+)*-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/;

export function modelTraits(model: string): ModelTraits {
  const id = model.toLowerCase();
  if (!id.includes('claude')) return NOT_CLAUDE;
  const found = VERSION.exec(id);
  // A Claude without a number is newer than this table: the newest rules are the strictest, so they are safe.
  const version = found === null ? Infinity : Number(found[1]) + Number(found[2] ?? 0) / 100;
  const alwaysThinks = /fable|mythos/.test(id);
  return {
    sampling: version < 4.01 ? 'both' : version < 4.07 ? 'one' : 'none',
    thinking: version < 3.07 ? 'none' : version < 4.06 ? 'budget' : 'adaptive',
    withoutThinking: version < 4.06 ? 'default' : alwaysThinks ? 'impossible' : 'disabled',
    forcedToolWithThinking: version >= 5,
    xhighEffort: version >= 4.07,
    structuredOutputs: version >= 4.05,
    midConversationSystem: version >= 4.08,
    prefill: version < 4.06,
    defaultMaxTokens: version < 4 ? 4096 : 16_384,
  };
}
