/** A batch on disk. The name says all that is needed of it without opening it, and sorts in order of sending. */
export interface SpoolFile {
  readonly sequence: number;
  readonly boot: string;
  readonly epoch: number;
  readonly rows: number;
}

const NAME = /^(\d{12})-([A-Za-z0-9_-]{1,64})-(\d+)-(\d+)\.batch(\.part)?$/;

/** `000000000042-<boot>-<epoch>-<rows>.batch`; with `.part` behind it while its window is not committed. */
export function spoolFileName(file: SpoolFile): string {
  return `${String(file.sequence).padStart(12, '0')}-${file.boot}-${file.epoch}-${file.rows}.batch`;
}

/** Null for a file that is none of ours. */
export function parseSpoolFileName(name: string): (SpoolFile & { committed: boolean }) | null {
  const match = NAME.exec(name);
  if (!match) return null;
  const [, sequence, boot = '', epoch, rows, part] = match;
  return { sequence: Number(sequence), boot, epoch: Number(epoch), rows: Number(rows), committed: part === undefined };
}
