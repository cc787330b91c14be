/** Hands the browser a file to save. Names that clusters choose are cut down to what every file system takes. */
export function saveFile(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(
    typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content,
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = safeFileName(name);
  link.click();
  // The click has handed the address over; freeing it in the same task would race with slow savers.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Letters, digits, dot, dash and underscore; at most 120 of them. */
export function safeFileName(name: string): string {
  return (
    name
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(-120) || 'margay'
  );
}
