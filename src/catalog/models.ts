/** Our own judgement of a model: what it is for and how good it is at it. No prices and no limits: those age. */
export interface ModelFacts {
  /** As `normalizeModelId` spells it. */
  readonly id: string;
  readonly vendor: string;
  readonly family: string;
  readonly tier: string;
  /** Keys of routing categories. */
  readonly categories: readonly string[];
  /** 1 to 100; the highest of a tier goes first. */
  readonly priority: number;
  /** 0 to 100, higher is better; null = not benchmarked. */
  readonly benchmarks: Benchmarks | null;
}

export interface Benchmarks {
  readonly intelligence: number;
  readonly coding: number;
  readonly math: number;
  /** Of the answer, not of the first token. */
  readonly speed: number;
}

type Row = readonly [
  id: string,
  vendor: string,
  family: string,
  tier: string,
  priority: number,
  intelligence: number | null,
  coding: number | null,
  math: number | null,
  speed: number | null,
  categories: string,
];

// prettier-ignore
const ROWS: readonly Row[] = [
  ['claude-opus-4-6', 'Anthropic', 'Claude Opus 4.6', 'ultra', 90, 93, 89, 88, 25, 'reasoning_deep system_design research coding_complex sensitive_critical math_complex vision_critical'],
  ['claude-sonnet-4-6', 'Anthropic', 'Claude Sonnet 4.6', 'high', 75, 88, 85, 82, 45, 'analysis_complex coding_complex tool_use creative_long document_qa planning prompt_engineering'],
  ['claude-opus-4-5', 'Anthropic', 'Claude Opus 4.5', 'ultra', 88, 92, 88, 87, 27, 'reasoning_deep system_design research coding_complex sensitive_critical math_complex vision_critical'],
  ['claude-sonnet-4-5', 'Anthropic', 'Claude Sonnet 4.5', 'high', 74, null, null, null, null, 'analysis_complex coding_complex tool_use creative_long document_qa planning prompt_engineering'],
  ['claude-sonnet-4', 'Anthropic', 'Claude Sonnet 4', 'high', 73, null, null, null, null, 'analysis_complex coding_complex tool_use document_qa planning'],
  ['claude-3-7-sonnet', 'Anthropic', 'Claude 3.7 Sonnet', 'high', 73, 87, 84, 83, 42, 'analysis_complex coding_complex tool_use document_qa planning'],
  ['claude-3-haiku', 'Anthropic', 'Claude 3 Haiku', 'minimal', 30, 64, 60, 55, 95, 'smalltalk summarization_short classification_extraction email translation'],
  ['claude-haiku-4-5', 'Anthropic', 'Claude Haiku 4.5', 'low', 60, 73, 69, 65, 92, 'summarization_long classification_extraction coding_simple translation sql email creative_short'],
  ['claude-3-5-sonnet', 'Anthropic', 'Claude 3.5 Sonnet', 'medium', 72, 86, 87, 79, 55, 'analysis_complex coding_complex tool_use document_qa planning'],
  ['claude-3-5-haiku', 'Anthropic', 'Claude 3.5 Haiku', 'low', 55, 74, 72, 68, 88, 'summarization_short classification_extraction email translation'],
  ['claude-3-opus', 'Anthropic', 'Claude 3 Opus', 'high', 80, 82, 78, 75, 20, 'reasoning_deep research system_design sensitive_critical'],
  ['gpt-5', 'OpenAI', 'GPT-5', 'high', 92, null, null, null, null, 'reasoning_deep system_design research coding_complex sensitive_critical math_complex vision_critical tool_use'],
  ['gpt-5.4', 'OpenAI', 'GPT-5.4', 'ultra', 95, null, null, null, null, 'reasoning_deep system_design research coding_complex sensitive_critical math_complex vision_critical'],
  ['gpt-5.4-mini', 'OpenAI', 'GPT-5.4 Mini', 'medium', 78, null, null, null, null, 'analysis_complex coding_complex tool_use document_qa creative_long planning'],
  ['gpt-5.4-nano', 'OpenAI', 'GPT-5.4 Nano', 'low', 65, null, null, null, null, 'coding_simple summarization_short classification_extraction translation smalltalk_simple'],
  ['gpt-5-mini', 'OpenAI', 'GPT-5 Mini', 'medium', 74, null, null, null, null, 'analysis_complex coding_complex tool_use document_qa creative_long planning'],
  ['gpt-5-codex', 'OpenAI', 'GPT-5 Codex', 'ultra', 85, null, null, null, null, 'coding_complex coding_simple tool_use system_design'],
  ['gpt-4.1', 'OpenAI', 'GPT-4.1', 'medium', 71, null, null, null, null, 'analysis_complex coding_complex tool_use document_qa creative_long'],
  ['gpt-4.1-mini', 'OpenAI', 'GPT-4.1 Mini', 'low', 62, null, null, null, null, 'classification_extraction coding_simple translation summarization_long email'],
  ['gpt-4.1-nano', 'OpenAI', 'GPT-4.1 Nano', 'minimal', 55, null, null, null, null, 'classification_extraction translation email summarization_short'],
  ['codex-mini', 'OpenAI', 'Codex Mini', 'medium', 73, null, null, null, null, 'coding_complex coding_simple tool_use'],
  ['gpt-4o', 'OpenAI', 'GPT-4o', 'medium', 70, 87, 90, 77, 60, 'analysis_complex coding_complex tool_use vision_complex document_qa creative_long'],
  ['gpt-4o-mini', 'OpenAI', 'GPT-4o Mini', 'low', 55, 78, 82, 70, 80, 'summarization_long classification_extraction coding_simple sql email translation'],
  ['o1', 'OpenAI', 'OpenAI o1', 'high', 85, 92, 91, 96, 12, 'reasoning_deep math_complex coding_complex research'],
  ['o1-mini', 'OpenAI', 'OpenAI o1-mini', 'medium', 65, 87, 88, 90, 30, 'reasoning_deep math_simple coding_medium'],
  ['o3', 'OpenAI', 'OpenAI o3', 'high', 88, 95, 94, 98, 8, 'reasoning_deep math_complex system_design research'],
  ['o3-mini', 'OpenAI', 'OpenAI o3-mini', 'medium', 67, 91, 91, 94, 35, 'reasoning_deep math_simple coding_medium'],
  ['o4-mini', 'OpenAI', 'OpenAI o4-mini', 'medium', 68, 90, 92, 93, 40, 'reasoning_deep math_complex coding_complex'],
  ['gpt-4-turbo', 'OpenAI', 'GPT-4 Turbo', 'high', 78, 84, 87, 74, 48, 'analysis_complex coding_complex document_qa tool_use'],
  ['gpt-3.5-turbo', 'OpenAI', 'GPT-3.5 Turbo', 'minimal', 30, 68, 70, 58, 90, 'smalltalk summarization_short classification_extraction email'],
  ['gemini-2.5-pro', 'Google', 'Gemini 2.5 Pro', 'high', 85, 91, 88, 90, 30, 'reasoning_deep research document_qa vision_critical system_design coding_complex multilingual'],
  ['gemini-2.5-flash', 'Google', 'Gemini 2.5 Flash', 'low', 60, 83, 82, 82, 75, 'summarization_long translation classification_extraction vision_simple coding_simple'],
  ['gemini-2.0-flash', 'Google', 'Gemini 2.0 Flash', 'low', 55, 80, 78, 75, 85, 'summarization_short translation classification_extraction email'],
  ['gemini-1.5-pro', 'Google', 'Gemini 1.5 Pro', 'medium', 70, 82, 80, 78, 45, 'document_qa research analysis_complex vision_complex'],
  ['gemini-1.5-flash', 'Google', 'Gemini 1.5 Flash', 'minimal', 35, 75, 73, 70, 85, 'smalltalk summarization_short translation email'],
  ['llama-4-maverick', 'Meta', 'Llama 4 Maverick', 'medium', 65, 86, 85, 80, 50, 'analysis_complex coding_medium document_qa creative_long'],
  ['llama-4-scout', 'Meta', 'Llama 4 Scout', 'low', 50, 79, 78, 73, 70, 'summarization_long translation classification_extraction'],
  ['llama-3.3-70b', 'Meta', 'Llama 3.3 70B', 'medium', 62, 80, 82, 72, 55, 'analysis_complex coding_medium document_qa reasoning_deep'],
  ['llama-3.1-405b', 'Meta', 'Llama 3.1 405B', 'high', 82, 84, 89, 73, 20, 'research reasoning_deep system_design coding_complex'],
  ['llama-3.1-70b', 'Meta', 'Llama 3.1 70B', 'low', 50, 79, 80, 68, 50, 'analysis_simple coding_simple summarization_long translation'],
  ['llama-3.1-8b', 'Meta', 'Llama 3.1 8B', 'minimal', 25, 66, 70, 57, 92, 'smalltalk summarization_short classification_extraction email'],
  ['llama-3.2-90b', 'Meta', 'Llama 3.2 90B', 'medium', 63, 77, 78, 66, 30, 'analysis_complex vision_complex coding_medium'],
  ['llama-3.2-11b', 'Meta', 'Llama 3.2 11B', 'minimal', 28, 63, 66, 54, 78, 'smalltalk vision_simple classification_extraction'],
  ['llama-3.2-3b', 'Meta', 'Llama 3.2 3B', 'minimal', 25, null, null, null, null, 'smalltalk classification_extraction email'],
  ['llama-3.2-1b', 'Meta', 'Llama 3.2 1B', 'minimal', 20, null, null, null, null, 'smalltalk classification_extraction'],
  ['mistral-large-2', 'Mistral', 'Mistral Large 2', 'medium', 68, 81, 83, 74, 48, 'analysis_complex coding_complex document_qa multilingual'],
  ['mistral-medium-3', 'Mistral', 'Mistral Medium 3', 'low', 52, 75, 78, 68, 62, 'summarization_long analysis_simple coding_simple translation'],
  ['mistral-small-3', 'Mistral', 'Mistral Small 3', 'minimal', 30, 69, 73, 62, 80, 'smalltalk email classification_extraction summarization_short'],
  ['codestral', 'Mistral', 'Codestral', 'low', 55, 72, 92, 65, 75, 'coding_simple coding_medium sql data_transformation'],
  ['mixtral-8x22b', 'Mistral', 'Mixtral 8x22B', 'medium', 60, 77, 80, 70, 40, 'analysis_complex coding_medium document_qa multilingual'],
  ['mixtral-8x7b', 'Mistral', 'Mixtral 8x7B', 'low', 40, 72, 74, 62, 60, 'summarization_long translation coding_simple analysis_simple'],
  ['mistral-nemo', 'Mistral', 'Mistral Nemo', 'minimal', 28, 67, 70, 60, 85, 'smalltalk summarization_short email classification_extraction'],
  ['deepseek-v3', 'DeepSeek', 'DeepSeek V3', 'medium', 65, 88, 91, 89, 42, 'coding_complex analysis_complex math_complex reasoning_deep'],
  ['deepseek-r1', 'DeepSeek', 'DeepSeek R1', 'high', 83, 90, 90, 94, 20, 'reasoning_deep math_complex coding_complex research'],
  ['deepseek-r1-distill-qwen-32b', 'DeepSeek', 'DeepSeek R1 Distill 32B', 'medium', 60, 85, 86, 90, 45, 'reasoning_deep math_simple coding_medium'],
  ['deepseek-v2.5', 'DeepSeek', 'DeepSeek V2.5', 'low', 48, 82, 84, 82, 48, 'coding_simple analysis_simple summarization_long'],
  ['qwen3-235b', 'Alibaba', 'Qwen3 235B', 'advanced', 82, 87, 90, 87, 22, 'reasoning_deep research coding_complex multilingual math_complex'],
  ['qwen3-32b', 'Alibaba', 'Qwen3 32B', 'low', 50, 83, 87, 84, 55, 'coding_simple analysis_simple summarization_long multilingual'],
  ['qwq-32b', 'Alibaba', 'QwQ 32B', 'medium', 62, 85, 88, 91, 30, 'reasoning_deep math_complex coding_medium'],
  ['qwen3-coder', 'Alibaba', 'Qwen3 Coder', 'low', 63, 80, 93, 78, 38, 'coding_complex coding_medium sql data_transformation'],
  ['qwen2.5-72b', 'Alibaba', 'Qwen 2.5 72B', 'medium', 60, 81, 85, 83, 42, 'coding_medium analysis_simple multilingual translation'],
  ['command-r-plus', 'Cohere', 'Command R+', 'medium', 65, 78, 75, 68, 52, 'document_qa analysis_complex research tool_use'],
  ['command-r', 'Cohere', 'Command R', 'low', 48, 72, 70, 62, 70, 'summarization_long analysis_simple document_qa'],
  ['phi-4', 'Microsoft', 'Phi-4', 'low', 42, 78, 82, 80, 78, 'coding_simple math_simple analysis_simple'],
  ['phi-3-medium', 'Microsoft', 'Phi-3 Medium', 'minimal', 28, 70, 73, 68, 82, 'smalltalk email summarization_short'],
  ['nova-pro', 'Amazon', 'Amazon Nova Pro', 'medium', 65, null, null, null, null, 'analysis_complex coding_complex document_qa creative_long'],
  ['nova-lite', 'Amazon', 'Amazon Nova Lite', 'low', 55, null, null, null, null, 'summarization_long classification_extraction translation email'],
  ['nova-micro', 'Amazon', 'Amazon Nova Micro', 'minimal', 40, null, null, null, null, 'smalltalk summarization_short classification_extraction email'],
  ['nova-2-pro', 'Amazon', 'Amazon Nova 2.0 Pro', 'high', 78, null, null, null, null, 'reasoning_deep analysis_complex coding_complex vision_complex'],
  ['nova-2-lite', 'Amazon', 'Amazon Nova 2.0 Lite', 'low', 52, null, null, null, null, 'summarization_long classification_extraction translation'],
  ['nova-2-omni', 'Amazon', 'Amazon Nova 2.0 Omni', 'medium', 60, null, null, null, null, 'vision_complex vision_critical creative_long'],
  ['minimax-m2.5', 'Minimax AI', 'Minimax M2.5', 'low', 48, null, null, null, null, 'creative_long translation summarization_long'],
  ['minimax-m2.1', 'Minimax AI', 'Minimax M2.1', 'low', 45, null, null, null, null, 'creative_long translation summarization_long'],
  ['minimax-m2', 'Minimax AI', 'Minimax M2', 'low', 42, null, null, null, null, 'creative_long translation'],
  ['glm-5', 'Z AI', 'GLM 5', 'high', 72, null, null, null, null, 'reasoning_deep coding_complex analysis_complex'],
  ['glm-4.7', 'Z AI', 'GLM 4.7', 'medium', 55, null, null, null, null, 'analysis_complex coding_simple creative_long'],
  ['glm-4.7-flash', 'Z AI', 'GLM 4.7 Flash', 'low', 45, null, null, null, null, 'classification_extraction summarization_short email'],
  ['gpt-oss-120b', 'OpenAI', 'GPT OSS 120B', 'medium', 58, null, null, null, null, 'analysis_complex coding_simple document_qa'],
  ['gpt-oss-20b', 'OpenAI', 'GPT OSS 20B', 'low', 48, null, null, null, null, 'classification_extraction summarization_short email'],
  ['devstral', 'Mistral', 'Devstral', 'medium', 65, null, null, null, null, 'coding_complex coding_simple tool_use'],
  ['pixtral-large', 'Mistral', 'Pixtral Large', 'high', 70, null, null, null, null, 'vision_complex vision_critical document_qa'],
  ['kimi-k2', 'Moonshot AI', 'Kimi K2', 'medium', 60, null, null, null, null, 'analysis_complex coding_complex creative_long'],
  ['kimi-k2-thinking', 'Moonshot AI', 'Kimi K2 Thinking', 'high', 72, null, null, null, null, 'reasoning_deep math_complex coding_complex'],
  ['nemotron-nano-2', 'Nvidia', 'Nemotron Nano 2', 'minimal', 35, null, null, null, null, 'classification_extraction smalltalk email'],
  ['nemotron-3-super', 'Nvidia', 'Nemotron 3 Super 120B', 'low', 55, null, null, null, null, 'reasoning_deep tool_use'],
  ['gemma-3-27b', 'Google', 'Gemma 3 27B', 'low', 50, null, null, null, null, 'coding_simple classification_extraction translation'],
  ['gemma-3-12b', 'Google', 'Gemma 3 12B', 'low', 45, null, null, null, null, 'classification_extraction email summarization_short'],
  ['gemma-3-4b', 'Google', 'Gemma 3 4B', 'minimal', 30, null, null, null, null, 'smalltalk classification_extraction'],
];

/** Other names of the same models: numbered releases, and what hosts call them. */
// prettier-ignore
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'gpt-5': ['gpt-5-chat'],
  'gpt-4-turbo': ['gpt-4-turbo-preview', 'gpt-4-0125-preview', 'gpt-4-1106-preview'],
  'gpt-3.5-turbo': ['gpt-3.5-turbo-0125', 'gpt-3.5-turbo-1106', 'gpt-35-turbo'],
  'gemini-2.0-flash': ['gemini-2.0-flash-001'],
  'gemini-1.5-pro': ['gemini-1.5-pro-001', 'gemini-1.5-pro-002'],
  'gemini-1.5-flash': ['gemini-1.5-flash-001', 'gemini-1.5-flash-002'],
  'claude-3-5-sonnet': ['claude-3-5-sonnet-v2'],
  'phi-4': ['phi-4-14b'],
  'llama-4-maverick': ['llama-4-maverick-17b', 'llama-4-maverick-17b-128e'],
  'llama-4-scout': ['llama-4-scout-17b', 'llama-4-scout-17b-16e'],
  'llama-3.3-70b': ['llama-3.3-70b-versatile'],
  'llama-3.1-8b': ['llama-3.1-8b-instant'],
  'llama-3.2-90b': ['llama-3.2-90b-vision'],
  'llama-3.2-11b': ['llama-3.2-11b-vision'],
  'mistral-large-2': ['mistral-large-2407', 'mistral-large-2411'],
  'mistral-medium-3': ['mistral-medium-2505'],
  'mistral-small-3': [
    'mistral-small-2501', 'mistral-small-2503', 'mistral-small-2506',
    'mistral-small-24b-instruct-2501', 'mistral-small-3.1-24b', 'mistral-small-3.2-24b',
  ],
  'codestral': ['codestral-2501', 'codestral-2508'],
  'mixtral-8x22b': ['open-mixtral-8x22b', 'mixtral-8x22b-instruct-v0.1'],
  'mixtral-8x7b': ['open-mixtral-8x7b', 'mixtral-8x7b-instruct-v0.1'],
  'mistral-nemo': ['open-mistral-nemo', 'mistral-nemo-instruct-2407'],
  'pixtral-large': ['pixtral-large-2411', 'pixtral-large-2502'],
  'deepseek-v3': ['deepseek-v3-0324', 'deepseek-chat-v3-0324'],
  'deepseek-r1': ['deepseek-r1-0528', 'deepseek-r1-671b'],
  'deepseek-r1-distill-qwen-32b': ['deepseek-r1-32b'], // as Ollama names it
  'qwen3-235b': ['qwen3-235b-a22b', 'qwen3-235b-a22b-2507', 'qwen3-235b-a22b-instruct-2507'],
  'qwen3-coder': ['qwen3-coder-480b-a35b'],
  'command-r-plus': ['command-r-plus-08-2024'],
  'command-r': ['command-r-08-2024'],
  'phi-3-medium': ['phi-3-medium-128k', 'phi-3-medium-4k'],
  'nemotron-nano-2': ['nemotron-nano-9b-v2', 'nvidia-nemotron-nano-9b-v2'],
  'kimi-k2': ['kimi-k2-0711', 'kimi-k2-0905', 'kimi-k2-0711-preview', 'kimi-k2-0905-preview', 'kimi-k2-instruct-0905'],
};

/** Every model that we judge, by its normalised id and by its other names. */
export function modelFacts(normalize: (id: string) => string): ReadonlyMap<string, ModelFacts> {
  const facts = new Map<string, ModelFacts>();
  for (const row of ROWS) {
    const entry = toFacts(row, normalize);
    facts.set(entry.id, entry);
  }
  for (const [id, aliases] of Object.entries(ALIASES)) {
    const entry = facts.get(normalize(id));
    if (entry === undefined) throw new Error(`the catalog has aliases for ${id} but does not know it`);
    for (const alias of aliases) facts.set(normalize(alias), entry);
  }
  return facts;
}

function toFacts(row: Row, normalize: (id: string) => string): ModelFacts {
  const [id, vendor, family, tier, priority, intelligence, coding, math, speed, categories] = row;
  const benchmarked = intelligence !== null && coding !== null && math !== null && speed !== null;
  return {
    id: normalize(id),
    vendor,
    family,
    tier,
    categories: categories.split(' '),
    priority,
    benchmarks: benchmarked ? { intelligence, coding, math, speed } : null,
  };
}
