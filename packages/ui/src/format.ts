/** Numbers and times as DESIGN reads them: a thin gap before the unit, bytes decimal, nothing non-zero rounded to 0. */

const GAP = '\u00a0';
const SI = ['', 'k', 'M', 'G', 'T', 'P'] as const;

function scaled(value: number): { text: string; prefix: string } {
  let amount = Math.abs(value);
  let step = 0;
  while (amount >= 999.5 && step < SI.length - 1) {
    amount /= 1000;
    step++;
  }
  const digits = step === 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
  const text = `${value < 0 ? '−' : ''}${trimZeros(amount.toFixed(digits))}`;
  return { text, prefix: SI[step] ?? '' };
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** 7, 1,071, 13.1 M: in full below 10,000, scaled above. */
export function formatCount(value: number): string {
  if (Math.abs(value) < 10_000) return groupDigits(Math.round(value));
  const { text, prefix } = scaled(value);
  return `${text}${prefix ? GAP + prefix : ''}`;
}

/** 1234567 → "1,234,567". */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** 60 B, 4.2 kB, 318 GB. Decimal. */
export function formatBytes(bytes: number): string {
  const { text, prefix } = scaled(bytes);
  return `${text}${GAP}${prefix}B`;
}

/** Per second: "0.8/s", "1.31 k/s"; below 0.1 a second per minute or hour, so that rare traffic never reads as zero. */
export function formatRate(count: number, seconds: number): string {
  if (count === 0 || seconds <= 0) return '0/s';
  const perSecond = count / seconds;
  if (perSecond >= 0.095) return rateText(perSecond, 's');
  if (perSecond * 60 >= 0.95) return rateText(perSecond * 60, 'min');
  return rateText(perSecond * 3600, 'h');
}

function rateText(rate: number, unit: string): string {
  if (rate < 10) return `${trimZeros(rate < 0.1 ? rate.toPrecision(1) : rate.toFixed(1))}/${unit}`;
  const { text, prefix } = scaled(rate);
  return prefix ? `${text}${GAP}${prefix}/${unit}` : `${text}/${unit}`;
}

/** "71 %"; a share that is neither none nor all never reads as 0 or 100. */
export function formatPercent(part: number, whole: number): string {
  if (whole <= 0) return `0${GAP}%`;
  const share = (100 * part) / whole;
  if (share > 0 && share < 1) return `<1${GAP}%`;
  if (share < 100 && share > 99) return `99${GAP}%`;
  return `${Math.round(share)}${GAP}%`;
}

/** 52 min, 6 d, 14 s: one unit. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}${GAP}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${GAP}min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}${GAP}h` : `${Math.floor(hours / 24)}${GAP}d`;
}

const pad = (value: number) => String(value).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 09:46:55 in the reader's zone. */
export function formatClock(ms: number, withSeconds = true): string {
  const at = new Date(ms);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}${withSeconds ? `:${pad(at.getSeconds())}` : ''}`;
}

/** 3 Nov 09:02, with the year when it is another one. */
export function formatDay(ms: number, nowMs: number): string {
  const at = new Date(ms);
  const year = at.getFullYear() === new Date(nowMs).getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${MONTHS[at.getMonth()]}${year} ${formatClock(ms, false)}`;
}

/** "2 s ago" up to 24 h, then the date. */
export function formatAgo(ms: number, nowMs: number): string {
  const age = nowMs - ms;
  if (age < 1_000) return 'just now';
  return age < 24 * 3_600_000 ? `${formatDuration(age)} ago` : formatDay(ms, nowMs);
}

/** UTC+1, UTC−3:30: the zone that clocks on this page are in. */
export function zoneName(nowMs: number): string {
  const offset = -new Date(nowMs).getTimezoneOffset();
  if (offset === 0) return 'UTC';
  const hours = Math.floor(Math.abs(offset) / 60);
  const minutes = Math.abs(offset) % 60;
  return `UTC${offset < 0 ? '−' : '+'}${hours}${minutes ? `:${pad(minutes)}` : ''}`;
}

/** Absolute time with zone, for titles and exports: 2026-11-03 09:02:11 UTC+1. */
export function formatExact(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${formatClock(ms)} ${zoneName(ms)}`;
}

/** "1 pod", "2 pods". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
