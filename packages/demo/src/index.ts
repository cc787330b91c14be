export { DemoAgent, DemoRefused } from './demo-agent.ts';
export { DemoPlayer, type DemoPlayerOptions } from './demo-player.ts';
export { packRecording, RECORDING_BYTES_MAX, type Recording, RecordingError, readRecording } from './recording.ts';
