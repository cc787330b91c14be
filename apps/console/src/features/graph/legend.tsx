/** Line styles in words; the last entry is the ring. */
export function Legend() {
  return (
    <div className="graph-legend" aria-hidden="true">
      <Line tone="allowed" width={2}>
        Allowed
      </Line>
      <Line tone="denied" width={2} dash="3 3">
        Denied
      </Line>
      <Line tone="none" width={2} dash="0.1 4" round>
        No policy
      </Line>
      <span className="legend-ring">
        <svg aria-hidden="true" width="16" height="16" viewBox="-8 -8 16 16" fill="none">
          <path d="M-.9-5.9A6 6 0 0 0-.9 5.9" stroke="var(--v-allowed-line)" strokeWidth="2" />
          <path
            d="M.9-5.900A6 6 0 0 1 .9 5.900"
            stroke="var(--v-none-line)"
            strokeWidth="1.6"
            strokeDasharray="0.1 2.9"
            strokeLinecap="round"
          />
        </svg>
        Ring: ingress left, egress right
      </span>
    </div>
  );
}

function Line({
  tone,
  width,
  dash,
  round = false,
  children,
}: {
  tone: string;
  width: number;
  dash?: string;
  round?: boolean;
  children: string;
}) {
  return (
    <span className={`tone-${tone}`}>
      <svg aria-hidden="true" width="26" height="10">
        <path
          d="M1 5H25"
          stroke="var(--tone-line)"
          strokeWidth={width}
          strokeDasharray={dash}
          strokeLinecap={round ? 'round' : 'butt'}
        />
      </svg>
      {children}
    </span>
  );
}
