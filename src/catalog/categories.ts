import type { Axis } from './benchmarks.ts';

/** Where each tier's categories begin in lists; 100 between them leaves room for one's own. */
// prettier-ignore
const FIRST = { micro: 100, minimal: 200, low: 300, medium: 400, advanced: 500, high: 600, ultra: 700, critical: 800 };
type Tier = keyof typeof FIRST;

/** A kind of task that requests are sorted into, as it ships. Admins may change all of it but the key. */
export interface BuiltInCategory {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  /** What the task usually needs: no more, and no less. */
  readonly tier: Tier;
  /** The benchmark that tells how good a model is at it. */
  readonly axis: Axis;
  /** What people write when they mean it. */
  readonly examples: readonly string[];
  readonly requiresVision: boolean;
  /** Where it stands in lists; they ascend by tier, with room between the tiers. */
  readonly position: number;
}

type Row = readonly [key: string, name: string, axis: Axis, description: string, ...examples: string[]];

// prettier-ignore
const TEXT: Readonly<Partial<Record<Tier, readonly Row[]>>> = {
  micro: [
    ['coding_autocomplete', 'Code completion', 'coding', 'An editor asks for what belongs at the cursor: the text before and after it is given, nobody asks a question.', '<fim_prefix>def mean(xs):\n    return <fim_suffix>\n<fim_middle>', '<PRE> for (const row of rows) { <SUF> } <MID>'],
    ['chat_title_generation', 'Chat title', 'intelligence', 'A client names a conversation, sorts it under tags or proposes what to ask next; seen by nobody but its list.', 'Write a title of at most five words for this conversation.', 'Suggest three follow-up questions as a JSON list.'],
  ],
  minimal: [
    ['smalltalk_simple', 'Small talk', 'intelligence', 'Greetings, thanks and chatter that want a friendly line and no knowledge.', 'Good morning! How are you?', 'Thanks, that was all for today.'],
    ['translation', 'Translation', 'intelligence', 'A text is to be given in another language.', 'Translate into French: The meeting has been moved to Monday.', 'Was heißt "Lieferverzug" auf Englisch?'],
    ['summarization_short', 'Summary of a short text', 'intelligence', 'Up to a page or so is to be made shorter.', 'Sum up this e-mail in two sentences.', 'Give me the key points of the paragraph below.'],
    ['creative_writing_short', 'Creative writing, short', 'intelligence', 'A slogan, a verse, a caption, a toast: some lines with an idea in them.', 'Write a birthday limerick for a colleague who collects stamps.', 'Three slogans for a repair café.'],
    ['email_professional', 'Business mail', 'intelligence', 'An e-mail or letter of everyday business is to be written or answered.', 'Write a polite reminder about the unpaid invoice 2041.', 'Answer this customer that the spare part arrives on Thursday.'],
    ['brainstorming', 'Ideas', 'intelligence', 'Many suggestions are wanted, none of them in depth.', 'Ideas for a team outing in the rain?', 'Ten names for a podcast about old maps.'],
    ['proofreading', 'Proofreading', 'intelligence', 'Spelling, grammar and style of a given text; what it says stays as it is.', 'Correct the mistakes in this paragraph.', 'Make this sound less stiff: We herewith inform you …'],
    ['format_convert', 'Change of format', 'coding', 'Given content in another notation: Markdown to HTML, a list to a table, YAML to JSON.', 'Turn this table into Markdown.', 'Convert this YAML to JSON.'],
  ],
  low: [
    ['summarization_long', 'Summary of a long text', 'intelligence', 'Minutes, reports, chapters or transcripts of many pages are to be made shorter.', 'Sum up the minutes below, with decisions and who does what.', 'Make one page of this report.'],
    ['classification_extraction', 'Sorting and extraction', 'intelligence', 'A text gets a label, or named facts are taken out of it, often as JSON.', 'Which of these departments should get the ticket below?', 'List every date and amount in this contract as JSON.'],
    ['sentiment_analysis', 'Mood of a text', 'intelligence', 'Whether a text is friendly, neutral or hostile, and what it complains about.', 'Is this review positive or negative?', 'Rate the mood of these ten comments from 1 to 5.'],
    ['qa_simple', 'Question with a short answer', 'intelligence', 'One fact or a short explanation that is widely known.', 'What is the capital of Mongolia?', 'How many ounces are in a pound?'],
    ['analysis_simple', 'Simple comparison', 'intelligence', 'Two or three things are weighed against each other, or a short text is looked into.', 'Which of these two phone plans is cheaper for 5 GB?', 'What are the pros and cons of a standing desk?'],
    ['math_simple', 'Arithmetic', 'math', 'School mathematics: percentages, units, equations in a few steps.', 'What is 17.5 % of 240?', 'A train needs 3 h for 420 km; how fast is it?'],
    ['fact_check_verification', 'Fact check', 'intelligence', 'A claim is to be confirmed or refuted.', 'Is it true that lightning never strikes twice?', 'Check the figures in this paragraph.'],
    ['conversation_roleplay', 'Role play', 'intelligence', 'The model plays a person or a side in a conversation.', 'You are the interviewer, I apply as a nurse. Begin.', 'Argue against me as a sceptical investor.'],
    ['creative_writing', 'Creative writing', 'intelligence', 'A story, poem, scene or speech of up to a page or two.', 'Write a short story about a lighthouse that moves.', 'A poem about the first snow, without rhyme.'],
    ['coding_simple', 'Small piece of code', 'coding', 'A function, a one-liner or a regular expression that stands on its own.', 'A Python function that removes duplicates but keeps the order.', 'Regular expression for a German postcode?'],
    ['code_explanation', 'Explaining code', 'coding', 'What a given piece of code does, and why.', 'What does this loop do?', 'Explain this SQL query line by line.'],
    ['sql_generation', 'SQL', 'coding', 'A database query is to be written or changed.', 'SQL: the ten customers with the highest turnover this year.', 'Add a filter for active users to this query.'],
    ['data_transformation', 'Reshaping data', 'coding', 'Records are cleaned, merged or put into another shape.', 'Split the name column into first and last name.', 'Group these rows by month and sum the amounts.'],
    ['instruction_following', 'Exact instructions', 'intelligence', 'The task is easy; the form of the answer is prescribed in detail.', 'Answer with exactly three words, all in capitals.', 'List five fruits, one on each line, without any other text.'],
    ['function_calling', 'One tool call', 'coding', 'A given tool is to be called once, with arguments from what was said.', 'What is the weather in Lyon? (tool get_weather given)', 'Put a meeting with Ana into the calendar for 3 pm. (tool create_event given)'],
  ],
  medium: [
    ['code_generation', 'Writing code', 'coding', 'A program, module or component is to be written to a description.', 'Write an Express endpoint that uploads files to S3.', 'A React component for a date range with validation.'],
    ['coding_medium', 'Code across some files', 'coding', 'A change that touches several functions or files and needs their context.', 'Add pagination to this API and adapt the tests.', 'Move the settings of these three modules into one class.'],
    ['code_review', 'Code review', 'coding', 'Given code is judged: mistakes, readability, what to do better.', 'Review this pull request.', 'What would you improve in this class?'],
    ['code_debugging', 'Finding a bug', 'coding', 'Code does not do what it should, and the cause is wanted.', 'Why does this return undefined?', 'The test fails since I upgraded the library; here is the code.'],
    ['error_debugging', 'Reading an error', 'coding', 'An error message, stack trace or log is to be understood and its cause removed.', 'TypeError: cannot read properties of null. What is wrong?', 'nginx answers 502 since the restart; log below.'],
    ['qa_testing', 'Tests', 'coding', 'Test cases, test code or test plans.', 'Write unit tests for this function.', 'Which cases should a test of this login form cover?'],
    ['api_integration', 'Connecting an API', 'coding', 'Two systems are to talk to each other: authentication, requests, webhooks.', 'How do I call the Stripe API from Go?', 'Write a webhook that passes GitHub issues on to Jira.'],
    ['devops_infrastructure', 'Operations', 'coding', 'Containers, pipelines, cloud resources, servers and their configuration.', 'A Dockerfile for a FastAPI service.', 'Why does my Kubernetes pod restart again and again?'],
    ['data_analysis', 'Data analysis', 'math', 'Figures are to be understood: trends, statistics, what follows from a table.', 'Which region grew fastest in the table below?', 'Is the difference between these two groups significant?'],
    ['question_answering_complex', 'Question with a long answer', 'intelligence', 'An explanation that needs background, several aspects or reasons.', 'How do heat pumps work, and when do they pay off?', 'Why did the Bronze Age kingdoms collapse?'],
    ['document_qa', 'Question about a document', 'intelligence', 'The answer stands in a document that is given.', 'According to the manual below, how often is the filter changed?', 'What notice period does this contract name?'],
    ['document_understanding', 'Understanding documents', 'intelligence', 'Forms, invoices or reports are read as a whole: structure, tables, what belongs together.', 'Which items of this invoice differ from the order?', 'Describe how this report is built and what each part says.'],
    ['stem_science', 'Science', 'math', 'Physics, chemistry, biology or engineering at the level of a course.', 'Why does ice float?', 'Balance this redox equation.'],
    ['customer_support', 'Customer support', 'intelligence', 'A customer’s concern is answered: orders, accounts, returns, complaints.', 'My card was charged twice, what now?', 'Where is my parcel? It should have been here on Monday.'],
    ['planning_scheduling', 'Plans', 'intelligence', 'A plan with order, dates and people: trips, projects, weeks.', 'Plan three days in Porto with two children.', 'A project plan for moving our mail server.'],
    ['creative_writing_long', 'Creative writing, long', 'intelligence', 'Several pages with a plot or an argument that has to hold.', 'Write the first chapter of a crime novel set in Trieste.', 'A keynote of twenty minutes about failure.'],
    ['prompt_engineering', 'Writing prompts', 'intelligence', 'A prompt for a model is to be written or improved.', 'Improve this system prompt for our support bot.', 'Write a prompt that extracts addresses reliably.'],
    ['multilingual_complex', 'Demanding work across languages', 'intelligence', 'Several languages at once, or a translation where law, poetry or terminology counts.', 'Translate this poem and keep its metre.', 'Compare the German and the English version of this clause.'],
    ['tool_use_agentic', 'Working with tools', 'coding', 'Several tools are used one after the other to reach a goal.', 'Find the cheapest flight and book it. (tools search, book given)', 'Look up the open tickets and answer those about billing. (tools given)'],
  ],
  advanced: [
    ['coding_complex', 'Demanding code', 'coding', 'Algorithms, concurrency, performance or a whole subsystem.', 'Implement a lock-free queue in Rust.', 'Rewrite this service so that it survives a restart in mid-transaction.'],
    ['reasoning_deep', 'Thinking it through', 'intelligence', 'Many steps, conflicting conditions, no recipe.', 'Five houses, five owners: who keeps the fish?', 'Which of these three strategies holds if the supplier fails? Reason step by step.'],
    ['long_context_processing', 'Very long input', 'intelligence', 'The task spans a book, a code base or hundreds of pages.', 'Find every contradiction in these 300 pages.', 'Which modules of this repository use the old API?'],
    ['research_scientific', 'Scientific work', 'intelligence', 'Studies are designed, read critically or put into relation.', 'Which confounders does this trial design miss?', 'Compare the methods of these two papers.'],
    ['research_synthesis', 'Bringing sources together', 'intelligence', 'Many sources are weighed and made into one account.', 'What do these twelve articles agree on, and where not?', 'Write a state-of-the-art section from these abstracts.'],
  ],
  high: [
    ['analysis_complex', 'Deep analysis', 'intelligence', 'A situation with many parts is taken apart and judged: strategy, causes, consequences.', 'Analyse why our churn rose after the price change; data below.', 'Should we enter the Polish market? Weigh risks and returns.'],
    ['math_complex', 'Higher mathematics', 'math', 'Proofs, calculus, probability, optimisation, competition problems.', 'Prove that there are infinitely many primes of the form 4k + 3.', 'Solve this integral and show each step.'],
    ['reasoning_formal', 'Formal logic', 'math', 'Proofs in a calculus, satisfiability, entailment, formal puzzles.', 'Does B follow from these premises? Answer with a derivation.', 'Find a model of this set of formulas.'],
    ['system_design', 'Architecture', 'coding', 'How a system is to be built: components, data, failure, growth.', 'Design a chat service for ten million users.', 'How would you split this monolith?'],
    ['swe_agentic', 'Software agent', 'coding', 'An agent works on a repository: it reads, edits, runs and repairs by itself.', 'Fix issue 312 in this repository. (tools read_file, edit, run given)', 'Upgrade the framework and make all tests pass. (tools given)'],
    ['code_security_review', 'Security review', 'coding', 'Code or configuration is searched for weaknesses.', 'Is this login safe against SQL injection?', 'Review this Terraform for open access.'],
    ['legal_analysis', 'Law', 'intelligence', 'Contracts, statutes and cases: what they mean for somebody.', 'Is this non-compete clause valid in Germany?', 'Which risks does this licence have for us?'],
    ['medical_analysis', 'Medicine', 'intelligence', 'Symptoms, findings, drugs and treatments.', 'Can I take ibuprofen together with this blood thinner?', 'What do these laboratory values mean?'],
    ['financial_analysis', 'Finance', 'math', 'Balance sheets, valuations, taxes, investments.', 'What is this company worth by discounted cash flow?', 'What does this balance sheet say about liquidity?'],
  ],
  critical: [
    ['sensitive_critical', 'Nothing may go wrong', 'intelligence', 'A mistake would hurt people or cost a great deal: crises, safety, decisions that cannot be undone.', 'Somebody near me is unconscious, what do I do?', 'Check the emergency shutdown procedure of our plant.'],
  ],
};

// prettier-ignore
const VISION: Readonly<Partial<Record<Tier, readonly Row[]>>> = {
  minimal: [
    ['vision_simple', 'Image, simple', 'intelligence', 'One look at an image is enough: what is on it, what stands there.', 'What is on this picture?', 'Read the number on this meter.'],
  ],
  medium: [
    ['vision_complex', 'Image, demanding', 'intelligence', 'Diagrams, screenshots, handwriting or several images that must be understood.', 'Explain this circuit diagram.', 'What is wrong in this screenshot?'],
    ['multimodal_analysis', 'Image and text together', 'intelligence', 'Images and text have to be brought together for the answer.', 'Does the chart support what the text claims?', 'Compare the product photo with its description.'],
  ],
  high: [
    ['vision_critical', 'Image, nothing may go wrong', 'intelligence', 'Images on which much depends: medical, safety, evidence.', 'Does this X-ray show a fracture?', 'Is this crack in the beam dangerous?'],
  ],
};

function ofTier(tier: Tier): BuiltInCategory[] {
  const rows = [...withVision(TEXT[tier] ?? [], false), ...withVision(VISION[tier] ?? [], true)];
  return rows.map(([[key, name, axis, description, ...examples], requiresVision], index) => {
    return { key, name, description, tier, axis, examples, requiresVision, position: FIRST[tier] + index };
  });
}

function withVision(rows: readonly Row[], requiresVision: boolean): (readonly [Row, boolean])[] {
  return rows.map((row) => [row, requiresVision]);
}

/**
 * The categories that ship, in their order. Tiers follow what tasks of the kind were measured to need, not how hard
 * they look; a new key here is added to every installation once (domain/category-seeds.ts).
 */
export const BUILT_IN_CATEGORIES: readonly BuiltInCategory[] = (
  ['micro', 'minimal', 'low', 'medium', 'advanced', 'high', 'ultra', 'critical'] as const
).flatMap(ofTier);
