export { type Bus, type Subscription, TOPICS, type Topic } from './bus/bus.ts';
export { type BusOptions, createBus } from './bus/create-bus.ts';
export { createJobs, type Jobs, recommendJobId } from './queue/create-jobs.ts';
export {
  createQueueBackend,
  type Handlers,
  type JobQueue,
  type QueueBackend,
  type QueueBackendOptions,
  type RunningWorker,
} from './queue/queue-backend.ts';
export { type JobName, type JobPayload, QUEUES, type QueueName } from './queue/queues.ts';
