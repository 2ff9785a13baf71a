const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 812 B, 1.2 GiB. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '—';
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const size = bytes / 1024 ** step;
  return `${size.toLocaleString('en-US', { maximumFractionDigits: step === 0 || size >= 100 ? 0 : 1 })} ${UNITS[step]}`;
}
