/** A small line of evenly spaced values; decorative, the numbers stand beside it. Colour is the tone's around it. */
export function Sparkline({
  values,
  width = 120,
  height = 28,
}: {
  values: readonly number[];
  width?: number;
  height?: number;
}) {
  if (values.length < 2) return null;
  const highest = Math.max(...values) || 1;
  const points = values.map((value, index) => {
    const x = (index * width) / (values.length - 1);
    const y = height - 1.5 - ((height - 3) * value) / highest;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const line = `M${points.join('L')}`;
  return (
    <svg
      className="sparkline"
      width="100%"
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path d={`${line}L${width} ${height}L0 ${height}Z`} fill="var(--tone-line, var(--text-3))" opacity=".12" />
      <path
        d={line}
        fill="none"
        stroke="var(--tone-line, var(--text-3))"
        strokeWidth="1.25"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
}
