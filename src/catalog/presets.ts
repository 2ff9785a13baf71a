/** What somebody mainly uses models for: the categories that then deserve a chosen model. */
export interface PresetProfile {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Of its card: a name of the console's palette. */
  readonly color: string;
  /** Of its card: a name of the console's icon set. */
  readonly icon: string;
  /** Keys of categories; null = every category there is, one's own included. */
  readonly categories: readonly string[] | null;
}

function keys(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** The profiles that can be applied; together they cover every built-in category. */
export const PRESET_PROFILES: readonly PresetProfile[] = [
  {
    id: 'software_development',
    name: 'Software development',
    description: 'Writing, reviewing, testing and running software.',
    color: 'blue',
    icon: 'code',
    categories:
      keys(`coding_autocomplete coding_simple coding_medium coding_complex code_generation code_explanation
      code_review code_debugging error_debugging code_security_review qa_testing api_integration
      devops_infrastructure sql_generation system_design function_calling swe_agentic`),
  },
  {
    id: 'data_operations',
    name: 'Data operations',
    description: 'Queries, cleaning, extraction and evaluation of data.',
    color: 'teal',
    icon: 'chart',
    categories:
      keys(`sql_generation data_transformation data_analysis format_convert classification_extraction
      sentiment_analysis math_simple math_complex function_calling instruction_following`),
  },
  {
    id: 'customer_support',
    name: 'Customer support',
    description: 'Answering customers, sorting tickets, keeping the tone.',
    color: 'green',
    icon: 'headset',
    categories: keys(`customer_support smalltalk_simple qa_simple email_professional classification_extraction
      sentiment_analysis translation summarization_short proofreading conversation_roleplay document_qa`),
  },
  {
    id: 'research_analysis',
    name: 'Research and analysis',
    description: 'Literature, long documents, figures and arguments.',
    color: 'violet',
    icon: 'flask',
    categories: keys(`research_scientific research_synthesis analysis_simple analysis_complex
      question_answering_complex stem_science data_analysis math_complex reasoning_deep reasoning_formal
      fact_check_verification document_qa document_understanding summarization_long long_context_processing`),
  },
  {
    id: 'creative_content',
    name: 'Creative content',
    description: 'Texts that are read for pleasure or persuade: stories, slogans, speeches.',
    color: 'orange',
    icon: 'pencil',
    categories: keys(`creative_writing creative_writing_short creative_writing_long brainstorming
      conversation_roleplay proofreading multilingual_complex translation prompt_engineering`),
  },
  {
    id: 'office_assistant',
    name: 'Office assistant',
    description: 'Mail, plans, summaries and the small questions of a working day.',
    color: 'cyan',
    icon: 'briefcase',
    categories:
      keys(`email_professional planning_scheduling summarization_short summarization_long translation
      proofreading brainstorming qa_simple analysis_simple math_simple format_convert instruction_following
      chat_title_generation smalltalk_simple`),
  },
  {
    id: 'agentic_workflows',
    name: 'Agents and tools',
    description: 'Programs that call tools by themselves, step after step.',
    color: 'red',
    icon: 'robot',
    categories: keys(`tool_use_agentic swe_agentic function_calling api_integration planning_scheduling
      instruction_following reasoning_deep coding_complex system_design`),
  },
  {
    id: 'regulated_professions',
    name: 'Law, medicine, finance',
    description: 'Work in which a mistake is expensive: the strongest models where they matter.',
    color: 'indigo',
    icon: 'scale',
    categories: keys(`legal_analysis medical_analysis financial_analysis sensitive_critical vision_critical
      fact_check_verification document_understanding analysis_complex`),
  },
  {
    id: 'documents_images',
    name: 'Documents and images',
    description: 'Scans, forms, charts, screenshots and photos.',
    color: 'pink',
    icon: 'image',
    categories: keys(`vision_simple vision_complex vision_critical multimodal_analysis document_qa
      document_understanding classification_extraction summarization_long`),
  },
  {
    id: 'general_all',
    name: 'A bit of everything',
    description: 'Every category there is, your own included.',
    color: 'gray',
    icon: 'building',
    categories: null,
  },
];
