export interface TokenEstimate {
  readonly estimatedTokens: number;
  /** "heuristic", or the name of the tokenizer that has counted. */
  readonly method: string;
  readonly chars: number;
}

export interface TextTokensInput {
  readonly text: string;
  readonly model?: string | null | undefined;
}

export interface PromptTokensInput {
  /** As in a chat completion; checked by tokenize-schema.ts. */
  readonly messages: readonly unknown[];
  readonly tools?: readonly unknown[] | null | undefined;
  readonly model?: string | null | undefined;
}
