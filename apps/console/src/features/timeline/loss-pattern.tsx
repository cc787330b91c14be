/** The hatch that means "flows were lost here" on every time axis. */
export function LossPattern({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="5" height="5" fill="var(--v-loss-soft)" opacity=".8" />
        <rect width="1.5" height="5" fill="var(--v-loss-line)" opacity=".7" />
      </pattern>
    </defs>
  );
}
