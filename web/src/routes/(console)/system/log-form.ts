import type { SystemLogSettingsFragment, UpdateLogSettingsInput } from '#lib/generated/graphql.ts';

/** The settings side by side, as a form edits them. */
export type LogForm = ReturnType<typeof formOf>;

export function formOf(settings: SystemLogSettingsFragment) {
  const { fileLogging: files, level, promptLogging, promptRetentionHours, logRetentionDays } = settings;
  return {
    level,
    promptLogging,
    promptRetentionHours,
    logRetentionDays,
    enabled: files.enabled,
    directory: files.directory,
    maxSizeMb: files.maxSizeMb,
    maxFiles: files.maxFiles,
    includePrompts: files.includePrompts,
  };
}

const OF_FILES = ['enabled', 'directory', 'maxSizeMb', 'maxFiles', 'includePrompts'] as const;

/** What changed, in the shape of the input; an emptied number is sent as 0, which the server refuses by name. */
export function inputOf(patch: Partial<LogForm>): UpdateLogSettingsInput {
  const { enabled, directory, maxSizeMb, maxFiles, includePrompts, ...rest } = Object.fromEntries(
    Object.entries(patch).map(([name, value]) => [name, value ?? 0]),
  ) as Partial<LogForm>;
  const files = { enabled, directory, maxSizeMb, maxFiles, includePrompts };
  const changed = OF_FILES.filter((name) => files[name] !== undefined);
  if (changed.length === 0) return rest;
  return { ...rest, fileLogging: Object.fromEntries(changed.map((name) => [name, files[name]])) };
}
