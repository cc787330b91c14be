/** Line icons on a 16 px grid, drawn for Margay; 1.5 px strokes, round ends. */
const PATHS = {
  home: 'M2.5 7.2 8 2.6l5.5 4.6v6.3h-11zM6.4 13.5V9.7h3.2v3.8',
  graph:
    'M5.2 8c2.8 0 2.6-4.2 5.4-4.2M5.2 8c2.8 0 2.6 4.2 5.4 4.2M1.8 8a1.7 1.7 0 1 0 3.4 0 1.7 1.7 0 1 0-3.4 0M10.7 3.8a1.7 1.7 0 1 0 3.4 0 1.7 1.7 0 1 0-3.4 0M10.7 12.2a1.7 1.7 0 1 0 3.4 0 1.7 1.7 0 1 0-3.4 0',
  flows: 'M2 4h9.5M9.4 2l2.1 2-2.1 2M2 8h12M2 12h6.5',
  recommendations: 'M3 2.5h6.8L13 5.7v7.8H3zM5.6 9.2l1.7 1.7 3.2-3.6',
  clusters: 'M8 2l5.2 3v6L8 14l-5.2-3V5zM2.8 5 8 8l5.2-3M8 8v6',
  members:
    'M3.7 5.5a2.3 2.3 0 1 0 4.6 0 2.3 2.3 0 1 0-4.6 0M2 13c.3-2.4 1.8-3.7 4-3.7s3.7 1.3 4 3.7M10.4 3.4a2.2 2.2 0 0 1 0 4.2M12 9.7c1.2.5 1.9 1.6 2.1 3.3',
  audit: 'M3 3.5h10M3 8h10M3 12.5h6',
  search: 'M2.7 7a4.3 4.3 0 1 0 8.6 0 4.3 4.3 0 1 0-8.6 0M10.2 10.2l3.3 3.3',
  down: 'M4.5 6.5 8 10l3.5-3.5',
  up: 'M4.5 9.5 8 6l3.5 3.5',
  right: 'M6.5 4.5 10 8l-3.5 3.5',
  copy: 'M7 5.5h5A1.5 1.5 0 0 1 13.5 7v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5',
  check: 'm3.4 8.6 3.1 3L12.6 5',
  close: 'm4 4 8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  play: 'M5 3.5v9L12.5 8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  download: 'M8 2.5v8.3M4.6 7.6 8 11l3.4-3.4M3 13.5h10',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  layers: 'm8 2.5 6 3-6 3-6-3zM2.5 8.5 8 11.3l5.5-2.8M2.5 11.2 8 14l5.5-2.8',
  eye: 'M1.8 8S4 3.9 8 3.9 14.2 8 14.2 8 12 12.1 8 12.1 1.8 8 1.8 8zM6.2 8a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0',
  clock: 'M2.2 8a5.8 5.8 0 1 0 11.6 0 5.8 5.8 0 1 0-11.6 0M8 4.8V8l2.2 1.5',
  link: 'M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.7.7M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.4 8.9a2.6 2.6 0 0 0 3.7 3.7l.7-.7',
  more: 'M3 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M7.4 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0M11.8 8a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  warn: 'M8 2.6 14.4 13.5H1.6zM8 6.5v3.2M8 11.6h.01',
  info: 'M2.2 8a5.8 5.8 0 1 0 11.6 0 5.8 5.8 0 1 0-11.6 0M8 7.3V11M8 5h.01',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 6.3V13',
  theme:
    'M5.2 8a2.8 2.8 0 1 0 5.6 0 2.8 2.8 0 1 0-5.6 0M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M3.6 12.4l1-1M11.4 4.6l1-1',
  moon: 'M13 9.7A5.5 5.5 0 0 1 6.3 3a5.5 5.5 0 1 0 6.7 6.7z',
  terminal: 'm3 4.5 3.5 3.5L3 11.5M8.5 11.5H13',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6L13 5.9M13 2.6v3.3H9.7',
  trash: 'M3 4.5h10M6.3 4.5V3h3.4v1.5M4.3 4.5l.6 9h6.2l.6-9',
  out: 'M6.5 3H3v10h3.5M6.5 8H13M10.5 5.3 13.2 8l-2.7 2.7',
  globe:
    'M2.2 8a5.8 5.8 0 1 0 11.6 0 5.8 5.8 0 1 0-11.6 0M2.3 8h11.4M8 2.2c3.3 3.5 3.3 8.1 0 11.6M8 2.2c-3.3 3.5-3.3 8.1 0 11.6',
  external: 'M9.5 2.5h4v4M13.3 2.7 8 8M12 9.5v4H2.5V4h4',
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon: its meaning must stand beside it or in the button's name. */
export function Icon({ name, small = false, className = '' }: { name: IconName; small?: boolean; className?: string }) {
  return (
    <svg className={`icon${small ? ' icon-s' : ''} ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The broken ring: brand and policy state, used for nothing else. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.3"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M8.1 2.9a7.4 7.4 0 0 0-4.9 10M5.7 16a7.4 7.4 0 0 0 9.6-.9M17.2 11.3A7.4 7.4 0 0 0 12.3 3" />
      <circle cx="10" cy="10" r="2.2" fill="currentColor" stroke="none" />
    </svg>
  );
}
