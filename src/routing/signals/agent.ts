/** What clients write at the head of their own system prompts, in lower case. */
const HEADS: readonly (readonly [string, string])[] = [
  ['you are cline', 'cline'],
  ['you are roo', 'roo-code'],
  ['you are kilo', 'kilo-code'],
  ['you are claude code', 'claude-code'],
  ['you are opencode', 'opencode'],
  ['you are codex', 'codex'],
  ['you are a coding agent running in the codex', 'codex'],
  ['you are gemini cli', 'gemini-cli'],
  ['you are an interactive cli', 'cli-agent'],
  ['*search/replace* block', 'aider'],
  ['act as an expert software developer', 'aider'],
  ['you are openhands', 'openhands'],
  ['you are a powerful agentic ai coding assistant', 'cursor'],
  ['an ai coding assistant, powered by', 'cursor'],
  ['<important_rules>', 'continue'],
  ['you are github copilot', 'copilot'],
  ['you are an ai programming assistant', 'copilot'],
  ['you are goose', 'goose'],
  ['you are an autonomous agent', 'agent'],
];
const HEAD_LENGTH = 1_500;
/** Tools that coding agents bring along, whatever they call themselves. */
const FILE_TOOLS =
  /^(?:read|write|edit|multi_?edit|apply_?(?:patch|diff)|str_?replace|replace_in|view|create|list|search|glob|grep|execute|run|bash|shell|terminal)(?:_?(?:file|files|to_file|in_file|command|cmd|directory|dir|code|based_edit_tool|shell))?$/i;
const ENOUGH_FILE_TOOLS = 3;

/** The client behind the request; null = none that shows itself. */
export function agentOf(system: string, toolNames: readonly string[]): string | null {
  const head = system.slice(0, HEAD_LENGTH).toLowerCase();
  for (const [mark, name] of HEADS) if (head.includes(mark)) return name;
  const fileTools = toolNames.filter((name) => FILE_TOOLS.test(name)).length;
  return fileTools >= ENOUGH_FILE_TOOLS ? 'coding-agent' : null;
}

/** Names of the tools of a chat body, at most 64. */
export function toolNamesOf(tools: unknown): string[] {
  if (!Array.isArray(tools)) return [];
  return tools.slice(0, 64).map((tool: unknown) => {
    if (typeof tool !== 'object' || tool === null) return '';
    const inner: unknown = 'function' in tool ? tool.function : tool;
    const name: unknown = typeof inner === 'object' && inner !== null && 'name' in inner ? inner.name : '';
    return typeof name === 'string' ? name.slice(0, 100) : '';
  });
}
