import type { RuleSetDefinition } from '../routing/rule-set.ts';

/**
 * The rule set that a new installation begins with. Its rules only raise or name what words alone make certain;
 * everything else is left to the classifier, which sees more than words.
 */
export const BUILT_IN_RULE_SET: {
  readonly name: string;
  readonly description: string;
  readonly definition: RuleSetDefinition;
} = {
  name: 'Default',
  description: 'In force for every tenant that has no rule set of its own.',
  definition: {
    thresholds: { confidence: 0.65 },
    rules: [
      {
        name: 'Security',
        minMatches: 2,
        keywords: [
          'vulnerab*',
          'exploit*',
          'sql injection',
          'xss',
          'csrf',
          'cve',
          'penetration test*',
          'privilege escalation',
          'remote code execution',
          'owasp',
          'threat model*',
          'sicherheitslücke*',
          'schwachstelle*',
        ],
        effects: { domain: 'security', tierMin: 'high' },
      },
      {
        name: 'Law',
        minMatches: 2,
        keywords: [
          'indemnif*',
          'liability',
          'breach of contract',
          'jurisdiction',
          'non-compete',
          'statute*',
          'plaintiff*',
          'lawsuit*',
          'gdpr',
          'haftung*',
          'kündigungsfrist*',
          'vertragsbruch',
          'dsgvo',
          'bgb',
        ],
        effects: { domain: 'legal', tierMin: 'medium' },
      },
      {
        name: 'Medicine',
        minMatches: 2,
        keywords: [
          'diagnos*',
          'symptom*',
          'dosage*',
          'contraindicat*',
          'prescri*',
          'side effect*',
          'patient*',
          'dosierung*',
          'nebenwirkung*',
          'wechselwirkung*',
        ],
        effects: { domain: 'medical', tierMin: 'medium' },
      },
      {
        name: 'Chat title',
        where: 'any',
        keywords: [
          'title for this conversation',
          'title for this chat',
          'title for the conversation',
          'title for the chat',
          'concise, 3-5 word title',
          'titel für diese unterhaltung',
          'titel für diesen chat',
        ],
        effects: { category: 'chat_title_generation', tierMax: 'minimal' },
      },
    ],
    systemPromptRoles: [
      {
        name: 'Security auditor',
        keywords: ['security auditor', 'security engineer', 'penetration tester', 'security researcher'],
        effects: { domain: 'security', tierMin: 'high' },
      },
      {
        name: 'Lawyer',
        keywords: ['you are a lawyer', 'legal advis*', 'legal assistant', 'paralegal', 'rechtsanw*'],
        effects: { domain: 'legal', tierMin: 'medium' },
      },
      {
        name: 'Physician',
        keywords: [
          'you are a physician',
          'medical assistant',
          'clinical assistant',
          'medizinischer assistent',
        ],
        effects: { domain: 'medical', tierMin: 'high' },
      },
    ],
  },
};
